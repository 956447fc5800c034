"""Judges whether the log tells of what the record holds.

A chain says that no entry was changed since, and the tree over all logs that none was put in
later; neither says that the log is about this record. Whoever holds the seal's key could end the
log at the lock, or exchange what no signer signs: consents, identity checks, number and days.
"""

import re
from collections.abc import Iterator

from server.archive.evidence import Evidence
from server.archive.log_bodies import Body, facts_in, facts_of, last_facts, log_bodies
from server.archive.media_log import START, chain_on
from server.domain.canonical import sha256_hex
from server.domain.record import (
    AGREEMENT,
    ATTESTED,
    CONSENTS,
    IDENTITY,
    LOG,
    MANIFEST,
    PDF,
    RECORDINGS,
    told_in_manifest,
)
from server.domain.sealing import APPLIED, EFFECTIVE
from server.domain.verification import Fact, fact_of

CODE = "log_tells"
_CHUNK = re.compile(
    rb'\{"chain":"([0-9a-f]{64})","cipher":"([0-9a-f]{64})","i":(0|[1-9][0-9]{0,15}),'
    rb'"len":[0-9]+,"plain":"([0-9a-f]{64})","t":[0-9]+\}'
)
_SINCE = b'"pdf_sm3":"'


def log_tells(evidence: Evidence) -> Fact:
    """Judge that lock, signatures, seal, effect and recordings are told as the record has them.

    A record is of an earlier release where no statement, which nobody but its signer can change,
    names the PDF in SM3: it is not judged.
    """
    said = (one for name, one in evidence.files.items() if name.endswith("/statement.json"))
    if not any(_SINCE in one for one in said):
        return Fact(code=CODE, holds=None)
    log = log_bodies(evidence.content(LOG))
    bad = [
        *_lock(log, evidence),
        *_statements(log, evidence),
        *_seal(log, evidence),
        *_effect(log, evidence),
        *_recordings(log, evidence),
    ]
    return fact_of(CODE, bad)


def _lock(log: list[Body], evidence: Evidence) -> Iterator[str]:
    told = last_facts(log, "agreement.locked")
    if told.get("digest") != sha256_hex(evidence.content(AGREEMENT)):
        yield AGREEMENT
    if told.get("pdf_sha256") != evidence.locked_sha256:
        yield PDF


def _statements(log: list[Body], evidence: Evidence) -> Iterator[str]:
    signed = {facts.get("statement_sha256") for facts in facts_of(log, "sign.done")}
    named = {
        value for body in log for name, value in facts_in(body).items() if name.endswith("_sha256")
    }
    for name, content in evidence.files.items():
        if name.endswith("/statement.json"):
            told = named if name.startswith(f"{ATTESTED}/") else signed
            if sha256_hex(content) not in told:
                yield name


def _seal(log: list[Body], evidence: Evidence) -> Iterator[str]:
    """Yield what the seal's entry tells otherwise; earlier releases told the first two alone."""
    told, manifest = last_facts(log, APPLIED), evidence.manifest
    if told.get("record") != manifest.record_id:
        yield MANIFEST
    if told.get("digest") != sha256_hex(evidence.content(AGREEMENT)):
        yield AGREEMENT
    if "number" not in told:
        return
    if any(told.get(name) != value for name, value in told_in_manifest(manifest).items()):
        yield MANIFEST
    for name in (CONSENTS, IDENTITY):
        if told.get(f"{name.removesuffix('.json')}_sha256") != sha256_hex(evidence.content(name)):
            yield name


def _effect(log: list[Body], evidence: Evidence) -> Iterator[str]:
    """Yield what is wrong with the last entry: a record's log ends where it takes effect."""
    last, manifest = log[-1] if log else {}, evidence.manifest
    if last.get("kind") != EFFECTIVE or facts_in(last).get("record") != manifest.record_id:
        yield LOG
    elif facts_in(last).get("effective_on") != manifest.effective_on.isoformat():
        yield MANIFEST


def _recordings(log: list[Body], evidence: Evidence) -> Iterator[str]:
    heads = facts_of(log, "recording.head")
    for name, content in evidence.files.items():
        if name.startswith(RECORDINGS):
            recording = name.removeprefix(RECORDINGS).removesuffix(".jsonl")
            told = [one for one in heads if one.get("recording") == recording]
            last = (told[-1].get("chunks"), told[-1].get("head")) if told else None
            if last is None or last != _head(content):
                yield name


def _head(manifest: bytes) -> tuple[int, str]:
    """Return how many chunks a recording's manifest names, and the chain after the last."""
    chunks, head = 0, START
    for line in manifest.split(b"\n"):
        if b'"cipher"' not in line:  # where a segment begins or ends
            continue
        found = _CHUNK.fullmatch(line)
        if found is None:
            return 0, ""
        chain, cipher, i, plain = (part.decode() for part in found.groups())
        head = chain_on(head, int(i), plain, cipher)
        if head != chain:
            return 0, ""
        chunks += 1
    return chunks, head
