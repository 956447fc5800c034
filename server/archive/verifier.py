"""Checks a sealed record, fact by fact, with nothing but the record itself.

No fact hides another: each is judged even when others fail, and each names the files
that make it fail. Trust is judged only against certificates the reader brings along.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from server.archive.cades import holds_detached
from server.archive.declared import declared_recording
from server.archive.evidence import Evidence, gather
from server.archive.log_tells import log_tells
from server.archive.pdf_signatures import pdf_signatures, seal_lasting
from server.archive.reader import load
from server.archive.renewed import archive_stamp, log_stamped
from server.archive.seal import certificates, pdf_seal, seal_chain, trusted
from server.archive.session_log import log_chain, log_included
from server.archive.two_people import two_people
from server.domain.canonical import sha256_hex, sm3_agrees
from server.domain.container import (
    CONTAINER,
    CONTAINER_MANIFEST,
    CONTAINER_SIGNATURE,
    container_manifest,
)
from server.domain.errors import InvalidValueError
from server.domain.record import (
    AGREEMENT,
    ISSUER_CERTIFICATE,
    MANIFEST,
    MANIFEST_SIGNATURE,
    PDF,
    SEAL_CERTIFICATE,
    SUMS,
    UNLISTED,
    FileDigest,
    sums_of,
)
from server.domain.record_form import odd_names, one_form
from server.domain.renewal import is_renewal
from server.domain.verification import Fact, Report, fact_of
from server.ports.archive import VerifierTools


def verify_path(
    path: Path, tools: VerifierTools, anchors: Sequence[bytes] = (), at: datetime | None = None
) -> Report:
    """Return the facts about the record in a folder or ZIP; `at` is now.

    Raises InvalidValueError when there is no record to read at all.
    """
    return verify_files(load(path), tools, anchors, at)


def verify_files(
    files: Mapping[str, bytes],
    tools: VerifierTools,
    anchors: Sequence[bytes] = (),
    at: datetime | None = None,
) -> Report:
    """Return the facts about a record's files; never raises on their content."""
    try:
        evidence = gather(files, tools, anchors, at)
    except InvalidValueError:
        return _unreadable(files)
    manifest = evidence.manifest
    return Report(
        record_id=manifest.record_id,
        number=manifest.number,
        manifest_sha256=sha256_hex(files[MANIFEST]),
        facts=_facts(evidence),
        signers=evidence.signers,
        sealed_by=manifest.committee_name,
        sealed_at=evidence.sealed_at,
        suites=evidence.pdf.suites,
    )


def _facts(evidence: Evidence) -> tuple[Fact, ...]:
    where_so = (
        judge(evidence.files, evidence.attested) for judge in (two_people, declared_recording)
    )
    told = (*(judge(evidence) for judge in JUDGES), *(fact for fact in where_so if fact))
    return (*told, *seal_lasting(evidence.pdf))


def _unreadable(files: Mapping[str, bytes]) -> Report:
    return Report(
        record_id="",
        number="",
        manifest_sha256=sha256_hex(files.get(MANIFEST, b"")),
        facts=(Fact(code="readable", holds=False, parts=(MANIFEST,)),),
        signers=(),
        sealed_by="",
        sealed_at=None,
    )


def _readable(_: Evidence) -> Fact:
    return Fact(code="readable", holds=True)


def _complete(evidence: Evidence) -> Fact:
    expected = set(evidence.manifest.files) | UNLISTED
    own = {name for name in evidence.files if not is_renewal(name)}
    odd = (expected ^ (own - CONTAINER)) | odd_names(own, evidence.manifest.signers)
    return fact_of("complete", sorted(odd), files=len(evidence.files))


def _intact(evidence: Evidence) -> Fact:
    named = evidence.manifest.files
    present = {name: evidence.files[name] for name in named if name in evidence.files}
    changed = [name for name, content in present.items() if not _is(content, named[name])]
    digests = {name: said.sha256 for name, said in named.items() if name != SUMS}
    listed = evidence.content(SUMS) == sums_of(digests)
    return fact_of("intact", [*changed, *([] if listed else [SUMS])], files=len(named))


def _is(content: bytes, said: FileDigest) -> bool:
    # A machine without SM3, the one that sealed or this, leaves the rest to compare.
    plain = (said.sha256, said.size) == (sha256_hex(content), len(content))
    return plain and sm3_agrees(said.sm3, content)


def _manifest_signed(evidence: Evidence) -> Fact:
    signature = evidence.content(MANIFEST_SIGNATURE)
    key = evidence.seal_key
    holds = bool(key) and evidence.tools.check_signature(key, evidence.content(MANIFEST), signature)
    return fact_of("manifest_signed", [] if holds else [MANIFEST, MANIFEST_SIGNATURE])


def _signatures(evidence: Evidence) -> Fact:
    bad = [part for signed in evidence.signed for part in signed.bad]
    bad += [part for attested in evidence.attested for part in attested.bad]
    return fact_of("signatures", bad, signers=len(evidence.signed))


def _same_text(evidence: Evidence) -> Fact:
    bad = [signed.statement_name for signed in evidence.signed if not signed.same_text]
    bad += [one.statement_name for one in evidence.attested if not one.same_text]
    bad += [n for n, c in evidence.files.items() if _is_statement(n) and one_form(c) is None]
    if sha256_hex(evidence.content(AGREEMENT)) != evidence.manifest.agreement_sha256:
        bad.append(AGREEMENT)
    if evidence.locked_sha256 != evidence.manifest.locked_pdf_sha256:
        bad.append(PDF)
    return fact_of("same_text", bad)


def _is_statement(name: str) -> bool:
    return name.endswith("/statement.json")


def _everybody_signed(evidence: Evidence) -> Fact:
    expected = set(evidence.expected_signers)
    signed = {who.signer_id for who in evidence.signers if who.holds}
    odd = sorted(expected ^ signed) if expected else [AGREEMENT]
    return fact_of("everybody_signed", odd, signers=len(expected))


def _only_blanks_filled(evidence: Evidence) -> Fact:
    return fact_of("only_blanks_filled", [] if evidence.pdf.only_blanks_filled else [PDF])


def _attachment(evidence: Evidence) -> Fact:
    same = evidence.pdf.attachment == evidence.content(AGREEMENT)
    return fact_of("attachment", [] if same else [PDF])


def _container(evidence: Evidence) -> Fact:
    if not CONTAINER & evidence.files.keys():
        return Fact(code="container", holds=None)
    listed, manifest = evidence.content(CONTAINER_MANIFEST), evidence.manifest
    bad = []
    if listed != _container_of(evidence):
        bad.append(CONTAINER_MANIFEST)
    if not holds_detached(
        evidence.content(CONTAINER_SIGNATURE),
        listed,
        evidence.content(SEAL_CERTIFICATE),
        evidence.content(ISSUER_CERTIFICATE),
        manifest.sealed_at,
        lambda message, signature: evidence.tools.check_signature(
            evidence.seal_key, message, signature
        ),
    ):
        bad.append(CONTAINER_SIGNATURE)
    return fact_of("container", bad)


def _container_of(evidence: Evidence) -> bytes:
    """Return the container's manifest as ours has it; whether files changed is judged apart."""
    manifest = evidence.manifest
    named = {name: digest.sha256 for name, digest in manifest.files.items()}
    own = {name: sha256_hex(evidence.content(name)) for name in UNLISTED}
    try:
        return container_manifest(manifest.record_id, {**named, **own})
    except ValueError:  # a digest of ours that is none
        return b""


JUDGES = (
    _readable,
    _complete,
    _intact,
    _manifest_signed,
    _signatures,
    _everybody_signed,
    _same_text,
    _attachment,
    _only_blanks_filled,
    pdf_signatures,
    pdf_seal,
    seal_chain,
    archive_stamp,
    certificates,
    trusted,
    log_chain,
    log_tells,
    log_included,
    log_stamped,
    _container,
)
