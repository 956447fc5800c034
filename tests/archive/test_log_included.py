"""What a record proves about its place in the log of all cases, and what it does not."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.archive.report_text import as_json, as_text
from server.archive.verifier import verify_files
from server.documents.key_files import FileKeys
from server.documents.signatures import make_signature, server_key
from server.domain.canonical import canonical_json
from server.domain.checkpoint import checkpoint_text, note_of, read_checkpoint
from server.domain.inclusion import (
    CHECKPOINT,
    CHECKPOINT_STAMP,
    INCLUSION,
    LOG_KEY as KEY_FILE,
    PROOFS,
)
from server.domain.record import LOG, RecordParts, public_key_pem, record_files
from server.domain.tree import Head
from server.domain.verification import Fact
from server.ports.documents import LOG_KEY
from tests.archive.example import TOOLS, Files, Office
from tests.archive.test_verifier import failing, resigned

Change = Callable[[dict[str, bytes], Office, Path], None]


def log_included(files: dict[str, bytes]) -> Fact:
    report = verify_files(files, TOOLS)
    return next(fact for fact in report.facts if fact.code == "log_included")


def test_a_record_with_a_checkpoint_names_its_log(files: Files) -> None:
    fact = log_included(files)
    assert fact.holds
    assert dict(fact.facts)["size"] == 10
    assert str(dict(fact.facts)["origin"]).startswith("heyi-log/")


def test_a_record_sealed_before_a_checkpoint_verifies_without(
    files: Files, office: Office, parts: RecordParts
) -> None:
    without = resigned({n: c for n, c in files.items() if not n.startswith("log/")}, office)
    report = verify_files(without, TOOLS, (parts.issuer_certificate,))
    assert [fact.code for fact in report.unknown] == ["log_included", "log_stamped"]
    assert report.verified
    assert as_json(report)["logged"] is None
    assert as_json(report)["intact"] is True
    assert "归档时检查点尚未生成" in as_text(report, "zh")
    assert "before a checkpoint was there" in as_text(report, "en")


def other_key(files: dict[str, bytes], office: Office, folder: Path) -> None:
    del office
    files[KEY_FILE] = public_key_pem(server_key(FileKeys(folder, b"x" * 32), LOG_KEY))


def other_tree(files: dict[str, bytes], office: Office, _: Path) -> None:
    key = server_key(office.keys, LOG_KEY)
    note = note_of(key, Head(10, b"\x07" * 32))
    signed = make_signature(office.keys, LOG_KEY, note).signature
    files[CHECKPOINT] = checkpoint_text(note, key, signed).encode()


def unsigned_size(files: dict[str, bytes], _: Office, __: Path) -> None:
    files[CHECKPOINT] = files[CHECKPOINT].replace(b"\n10\n", b"\n12\n")


def no_proof_of_the_last(files: dict[str, bytes], _: Office, __: Path) -> None:
    proofs = json.loads(files[PROOFS])
    proofs["proofs"].pop()
    files[PROOFS] = canonical_json(proofs)


def two_places_swapped(files: dict[str, bytes], _: Office, __: Path) -> None:
    proofs = json.loads(files[PROOFS])
    one, other = proofs["proofs"][:2]
    one["position"], other["position"] = other["position"], one["position"]
    files[PROOFS] = canonical_json(proofs)


def not_json(files: dict[str, bytes], _: Office, __: Path) -> None:
    files[PROOFS] = b"{"


def no_text(files: dict[str, bytes], _: Office, __: Path) -> None:
    files[CHECKPOINT] = b"\xff"


def no_checkpoint(files: dict[str, bytes], _: Office, __: Path) -> None:
    del files[CHECKPOINT]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (other_key, (CHECKPOINT, KEY_FILE)),
        (other_tree, (LOG, PROOFS)),
        (unsigned_size, (CHECKPOINT, KEY_FILE, LOG, PROOFS)),
        (no_proof_of_the_last, (LOG, PROOFS)),
        (two_places_swapped, (LOG, PROOFS)),
        (not_json, (LOG, PROOFS)),
        (no_text, INCLUSION),
        (no_checkpoint, INCLUSION),
    ],
)
def test_a_checkpoint_that_does_not_fit_fails_even_under_a_fresh_manifest(
    change: Change, named: tuple[str, ...], files: Files, office: Office, tmp_path: Path
) -> None:
    bent = dict(files)
    change(bent, office, tmp_path)
    expected = {"log_included": named}
    if bent.get(CHECKPOINT) != files[CHECKPOINT]:
        expected["log_stamped"] = (CHECKPOINT_STAMP,)
    assert failing(verify_files(resigned(bent, office), TOOLS)) == expected


def test_the_text_of_a_checkpoint_is_read_as_it_was_written(files: Files) -> None:
    text = files[CHECKPOINT].decode()
    found = read_checkpoint(text)
    assert found.text == text
    assert text.startswith(f"{found.origin}\n10\n")
    assert found.note.decode() + "\n" + text[len(found.note) + 1 :] == text


async def test_a_record_written_again_keeps_what_it_said_of_the_log(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    """The crash came before the checkpoint; the second attempt must change no byte."""
    without = replace(parts, inclusion=None)
    first = await archive.write(without, office.sign)
    assert await archive.write(parts, office.sign) == first
    assert set(record_files(without, guide())).isdisjoint(INCLUSION)
