"""What a record proves about its place in the log of all cases, and what it does not."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.archive.package import package
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
    STAMP_ROOT,
)
from server.domain.record import LOG, RecordParts, public_key_pem, record_files
from server.domain.tree import Head
from server.domain.verification import Fact
from server.ports.documents import LOG_KEY, StampRoot
from tests.archive.attacks.judges import (
    BUILT_PAGE,
    Bend,
    by_heyi,
    by_shell,
    fingerprint,
    told_by_page,
    told_by_shell,
)
from tests.archive.example import RECORD, TOOLS, Files, Office
from tests.archive.test_verifier import failing, resigned

Change = Callable[[dict[str, bytes], Office, Path], None]


def log_included(files: dict[str, bytes]) -> Fact:
    report = verify_files(files, TOOLS)
    return next(fact for fact in report.facts if fact.code == "log_included")


def test_a_record_with_a_checkpoint_names_its_log(files: Files) -> None:
    fact = log_included(files)
    assert fact.holds
    assert dict(fact.facts)["size"] == 20
    assert str(dict(fact.facts)["origin"]).startswith("heyi-log/")


def test_a_record_sealed_before_a_checkpoint_verifies_without(
    files: Files, office: Office, parts: RecordParts
) -> None:
    of_log = {*INCLUSION, CHECKPOINT_STAMP, STAMP_ROOT}
    without = resigned({n: c for n, c in files.items() if n not in of_log}, office)
    report = verify_files(without, TOOLS, (parts.issuer_certificate,))
    assert [fact.code for fact in report.unknown] == ["log_included", "log_stamped"]
    assert report.verified
    assert as_json(report)["logged"] is None
    assert as_json(report)["intact"] is True
    assert "卷内没有总日志的检查点" in as_text(report, "zh")
    assert "nothing shows that the log was not written anew" in as_text(report, "en")


def other_key(files: dict[str, bytes], office: Office, folder: Path) -> None:
    del office
    files[KEY_FILE] = public_key_pem(server_key(FileKeys(folder, b"x" * 32), LOG_KEY))


def other_tree(files: dict[str, bytes], office: Office, _: Path) -> None:
    key = server_key(office.keys, LOG_KEY)
    note = note_of(key, Head(20, b"\x07" * 32))
    signed = make_signature(office.keys, LOG_KEY, note).signature
    files[CHECKPOINT] = checkpoint_text(note, key, signed).encode()


def unsigned_size(files: dict[str, bytes], _: Office, __: Path) -> None:
    files[CHECKPOINT] = files[CHECKPOINT].replace(b"\n20\n", b"\n22\n")


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
    assert text.startswith(f"{found.origin}\n20\n")
    assert found.note.decode() + "\n" + text[len(found.note) + 1 :] == text


def test_an_earlier_record_without_the_root_of_its_stamps_holds_in_all_three(
    files: Files, office: Office, tmp_path: Path
) -> None:
    earlier = resigned({n: c for n, c in files.items() if n != STAMP_ROOT}, office)
    path = tmp_path / "record.zip"
    path.write_bytes(package(RECORD, earlier))
    (told,) = told_by_page([Bend(zip=path)])
    assert page_fact(told)["stamp"]["root"] == ""
    assert by_heyi(earlier) == by_shell(earlier, tmp_path / "out") == frozenset()
    assert "who stamped the log's checkpoint" in told_by_shell(earlier, tmp_path / "again")


def test_all_three_name_the_root_of_the_stamps_in_the_same_words(
    files: Files, tmp_path: Path
) -> None:
    root = fingerprint(files[STAMP_ROOT])
    path = tmp_path / "record.zip"
    path.write_bytes(package(RECORD, files))
    (told,) = told_by_page([Bend(zip=path)])
    report = verify_files(files, TOOLS)
    shell = told_by_shell(files, tmp_path / "out")
    assert page_fact(told)["stamp"]["root"] == root
    assert "who stamped" not in shell
    page = BUILT_PAGE.read_text()
    for language, words in (("zh", "总日志时间戳根证书"), ("en", "root of the log's stamps")):
        assert f"{words} SHA-256: {root}" in as_text(report, language)
        assert words in shell
        assert words in page
    assert f"SHA-256: {root}" in shell


def test_who_brings_that_root_along_is_not_asked_to_compare_it(files: Files) -> None:
    report = verify_files(files, TOOLS, (StampRoot(files[STAMP_ROOT]),))
    said = next(dict(one.facts) for one in report.facts if one.code == "log_stamped")
    assert (said["known"], said["root_sha256"]) == (1, fingerprint(files[STAMP_ROOT]))


def page_fact(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["facts"] if one["code"] == "log_stamped")
    assert found["holds"] is True
    return found


async def test_a_record_written_again_keeps_what_it_said_of_the_log(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    """The crash came before the checkpoint; the second attempt must change no byte."""
    without = replace(parts, inclusion=None)
    first = await archive.write(without, office.sign)
    assert await archive.write(parts, office.sign) == first
    assert set(record_files(without, guide())).isdisjoint(INCLUSION)
