"""What strangers present is judged in a child that the kernel bounds; the pool outlives it."""

import resource
import signal
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from server.archive import presented
from server.archive.package import package
from server.archive.presented import bounded, judge_presented
from server.documents.inspection import inspect
from server.documents.pool import ProcessWorkPool, WorkFailedError
from server.domain.record import RecordParts
from server.domain.verification import Kind
from server.ports.documents import FILL_AND_SIGN, SignerRoot, StampRoot
from server.ports.inspection import PdfFacts
from tests.archive.example import TOOLS, Files

MIB = 1024 * 1024
EVERY_FACT = ["readable", "attachment", "only_blanks_filled", "pdf_signatures", "seal"]


def bomb(size: int) -> bytes:
    """A PDF whose table of objects unpacks to `size` bytes."""
    packer = zlib.compressobj(9)
    block = bytes(MIB)
    packed = b"".join(packer.compress(block) for _ in range(size // MIB)) + packer.flush()
    head = b"%PDF-1.7\n"
    table = b"1 0 obj\n<</Type/XRef/Size 2/W[1 4 2]/Root 2 0 R/Filter/FlateDecode/Length "
    whole = table + str(len(packed)).encode() + b">>\nstream\n" + packed + b"\nendstream\nendobj\n"
    return head + whole + f"startxref\n{len(head)}\n%%EOF\n".encode()


def burn() -> None:
    """Never end by itself, as a parser might that runs in circles."""
    with bounded(seconds=1):
        while True:
            pass


async def test_work_without_end_is_ended_and_the_pool_goes_on(
    pool: ProcessWorkPool, files: Files, parts: RecordParts
) -> None:
    with pytest.raises(WorkFailedError):
        await pool.run(burn)
    packed = package("record-17", files)
    found = await pool.run(judge_presented, packed, TOOLS, (parts.issuer_certificate,))
    assert found.kind is Kind.PACKAGE
    assert found.report.verified


def told_of_memory(name: str) -> int:
    """Return what the kernel tells of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def refused(content: bytes) -> None:
    assert not judge_presented(content, TOOLS).report.verified


def unpacked(content: bytes) -> None:
    """Do what must not be done, so that the measure is seen to tell."""
    zlib.decompress(content.partition(b"stream\n")[2].rpartition(b"\nendstream")[0])


def grown(work: Callable[[bytes], None], content: bytes) -> int:
    """Return how far a process's memory rises above what it holds, at its peak."""
    refused(b"%PDF-1.7\n%%EOF")  # what the first look loads is not the bomb's
    held = told_of_memory("VmRSS")
    work(content)
    return told_of_memory("VmHWM") - held


def in_a_child(work: Callable[[bytes], None], content: bytes) -> int:
    """Ask a fresh process: the mark of this one may lie far above what it holds by now."""
    with ProcessPoolExecutor(1, get_context("spawn")) as child:
        return child.submit(grown, work, content).result()


def test_a_bomb_is_not_unpacked() -> None:
    content = bomb(256 * MIB)
    assert in_a_child(unpacked, content) >= 256 * MIB
    assert in_a_child(refused, content) < 64 * MIB


def test_the_bounds_are_lifted_again() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounded():
        assert resource.getrlimit(resource.RLIMIT_AS) != before
        left, _ = signal.getitimer(signal.ITIMER_PROF)
        assert 0 < left < presented.SECONDS + 1, "counted from now, however long this has run"
        with pytest.raises(MemoryError):
            bytearray(2 * presented.MEMORY)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\n%%EOF", b"%PDF-" + b"9" * 100_000])
def test_what_only_looks_like_a_pdf_is_told_as_unreadable(content: bytes) -> None:
    report = judge_presented(content, TOOLS).report
    assert [fact.code for fact in report.failed] == EVERY_FACT
    assert Path("agreement.pdf").name in report.failed[0].parts


def test_roots_for_stamps_and_signers_alone_judge_nobodys_trust(files: Files) -> None:
    issuer = files["trust/issuer.pem"]
    for outside in ((StampRoot(issuer),), (SignerRoot(issuer),)):
        for content in (files["agreement.pdf"], package("record-17", files)):
            facts = judge_presented(content, TOOLS, outside).report.facts
            assert [one.holds for one in facts if one.code == "trusted"] == [None]


def test_a_pdf_that_a_signer_sealed_himself_is_sealed_by_nobody(files: Files) -> None:
    def sealed_by_a_party(
        pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]
    ) -> PdfFacts:
        found = inspect(pdf, locked_size, anchors)
        *before, last = found.each
        return replace(found, each=(*before, replace(last, role="PARTY")))

    assert judge_presented(files["agreement.pdf"], TOOLS).report.verified
    report = judge_presented(
        files["agreement.pdf"], replace(TOOLS, inspect=sealed_by_a_party)
    ).report
    assert [fact.code for fact in report.failed] == ["seal"]


def test_a_pdf_that_nobody_certified_is_not_sealed(files: Files) -> None:
    def uncertified(pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
        found = inspect(pdf, locked_size, anchors)
        first, *others = found.each
        assert first.permits == FILL_AND_SIGN
        return replace(found, each=(replace(first, permits=0), *others))

    report = judge_presented(files["agreement.pdf"], replace(TOOLS, inspect=uncertified)).report
    assert [fact.code for fact in report.failed] == ["pdf_signatures", "seal"]
