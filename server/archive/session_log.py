"""Judges the session log in a record: its chain, and that the tree over all logs holds it."""

from server.archive.evidence import Evidence
from server.domain.checkpoint import read_checkpoint
from server.domain.errors import InvalidValueError
from server.domain.ids import CaseId
from server.domain.inclusion import CHECKPOINT, INCLUSION, LOG_KEY, PROOFS, proven
from server.domain.record import LOG, pem_body, read_log
from server.domain.session_log import BrokenChainError, Entry, verify as verify_chain
from server.domain.verification import Fact, fact_of


def log_chain(evidence: Evidence) -> Fact:
    """Judge that no entry was changed or left out, and that the manifest names the last."""
    manifest = evidence.manifest
    try:
        entries = read_log(evidence.content(LOG), CaseId(manifest.case_id))
        head = verify_chain(entries)
    except BrokenChainError as broken:
        return fact_of("log_chain", [LOG], seq=_number(broken.facts.get("seq")))
    except InvalidValueError:
        return fact_of("log_chain", [LOG])
    known = {entry.hash for entry in entries}
    whole = head == manifest.log_head and evidence.lock_head in known
    return fact_of("log_chain", [] if whole else [LOG], entries=len(entries))


def log_included(evidence: Evidence) -> Fact:
    """Judge the proofs that the tree holds every entry; a record may have come before them."""
    if not any(name in evidence.files for name in INCLUSION):
        return Fact(code="log_included", holds=None)
    try:
        checkpoint = read_checkpoint(evidence.content(CHECKPOINT).decode())
        key = pem_body(evidence.content(LOG_KEY))
    except (InvalidValueError, UnicodeDecodeError):
        return fact_of("log_included", INCLUSION)
    bad = []
    if not checkpoint.signed_by(key, evidence.tools.check_signature):
        bad += [CHECKPOINT, LOG_KEY]
    if not proven(_entries(evidence), evidence.content(PROOFS), checkpoint.head):
        bad += [LOG, PROOFS]
    return fact_of("log_included", bad, size=checkpoint.head.size, origin=checkpoint.origin)


def _entries(evidence: Evidence) -> tuple[Entry, ...]:
    try:
        return read_log(evidence.content(LOG), CaseId(evidence.manifest.case_id))
    except InvalidValueError:
        return ()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
