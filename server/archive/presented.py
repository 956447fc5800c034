"""Judges a package or a PDF that a stranger presents, in bounded time and memory.

It runs in a child process of its own: what a parser of hostile bytes may use up is
limited by the kernel (setitimer(2), setrlimit(2)), and a child that is ended for it is replaced.
"""

import os
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from server.archive.pdf_signatures import seal_lasting, signatures_alone
from server.archive.reader import load_zip
from server.archive.renewed import document_stamp
from server.archive.seal import ALLOWED_AFTER, is_seals
from server.archive.verifier import verify_files
from server.domain.canonical import sha256_hex
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json
from server.domain.record import MANIFEST, PDF, read_manifest
from server.domain.verification import Fact, Kind, Presented, Report
from server.ports.archive import VerifierTools
from server.ports.documents import for_seals
from server.ports.inspection import PdfFacts

_PDF = b"%PDF-"
SECONDS = 10
MEMORY = 1024 * 1024 * 1024
STATM = Path("/proc/self/statm")


def judge_presented(
    content: bytes | Path,
    tools: VerifierTools,
    anchors: Sequence[bytes] = (),
    at: datetime | None = None,
) -> Presented:
    """Return the facts; InvalidValueError for what is neither, or takes too much.

    A file is read here, so that whoever asked never holds all of it.
    """
    try:
        with bounded(), _opened(content) as body:
            if body.read(len(_PDF)) == _PDF:
                body.seek(0)
                return _pdf(body.read(), tools, anchors, at)
            return _package(body, tools, anchors, at)
    except MemoryError as error:
        raise InvalidValueError(field="file", reason="too_large") from error


def _opened(content: bytes | Path) -> BinaryIO:
    return content.open("rb") if isinstance(content, Path) else BytesIO(content)


def _package(
    body: BinaryIO, tools: VerifierTools, anchors: Sequence[bytes], at: datetime | None
) -> Presented:
    files = load_zip(body)
    return Presented(
        kind=Kind.PACKAGE,
        report=verify_files(files, tools, anchors, at),
        case_id=_case_of_manifest(files.get(MANIFEST, b"")),
        digest=sha256_hex(files.get(MANIFEST, b"")),
    )


def _pdf(
    content: bytes, tools: VerifierTools, anchors: Sequence[bytes], at: datetime | None
) -> Presented:
    pdf = tools.inspect(content, None, anchors)
    facts = _facts(pdf, judge_trust=bool(for_seals(anchors)))
    return Presented(
        kind=Kind.PDF,
        report=Report(
            record_id="",
            number="",
            manifest_sha256="",
            facts=(*facts, document_stamp(pdf.stamps, at), *seal_lasting(pdf)),
            signers=(),
            sealed_by=pdf.signer,
            sealed_at=pdf.signed_at,
            suites=pdf.suites,
        ),
        case_id=_case_of_agreement(pdf.attachment or b""),
        digest=sha256_hex(content),
        earlier=tuple(sha256_hex(content[: one.end]) for one in pdf.stamps),
    )


def _facts(pdf: PdfFacts, *, judge_trust: bool) -> tuple[Fact, ...]:
    trusted = bool(pdf.trusted) if judge_trust else None
    return (
        _fact("readable", pdf.readable),
        _attachment(pdf),
        # The one signature of the earlier form is no lock: what it covers was already sealed.
        _fact("only_blanks_filled", None if pdf.earlier else bool(pdf.only_blanks_filled)),
        signatures_alone(pdf),
        _fact("seal", _sealed(pdf)),
        _fact("trusted", trusted),
    )


def _fact(code: str, holds: bool | None) -> Fact:  # noqa: FBT001
    return Fact(code=code, holds=holds, parts=(PDF,) if holds is False else ())


def _attachment(pdf: PdfFacts) -> Fact:
    """Judge the agreement that the PDF carries by the check code that each page prints of it."""
    return _fact("attachment", pdf.attachment is not None and bool(pdf.code_printed))


def _sealed(pdf: PdfFacts) -> bool:
    # A signer's certificate comes from the same issuer, and his phone signs what he likes.
    whole = pdf.intact and pdf.valid and pdf.covers_all and pdf.modification in ALLOWED_AFTER
    by_committee = bool(pdf.each) and is_seals(pdf.each[-1])
    return whole and by_committee and (pdf.certified or pdf.earlier)


def _case_of_manifest(content: bytes) -> str:
    try:
        return read_manifest(content).case_id
    except InvalidValueError:
        return ""


def _case_of_agreement(content: bytes) -> str:
    try:
        case = read_json(content)["case"]["id"]
    except (KeyError, TypeError, ValueError):
        return ""
    return case if isinstance(case, str) else ""


@contextmanager
def bounded(seconds: int = SECONDS) -> Iterator[None]:
    """Bound processor time and memory of this process for a while, where the system can."""
    # Not RLIMIT_CPU: it counts from the process's start by ticks, which in one that has long
    # been at work are seconds away from the time it says it has used.
    signal.setitimer(signal.ITIMER_PROF, seconds)  # nobody handles SIGPROF: it ends the process
    try:
        with _memory_bounded():
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def _memory_bounded() -> Iterator[None]:
    if not STATM.exists():
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = int(STATM.read_text().split()[0]) * os.sysconf("SC_PAGESIZE") + MEMORY
    wanted = limit if soft == resource.RLIM_INFINITY else min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
