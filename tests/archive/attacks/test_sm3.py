"""SM3 stands beside SHA-256 where both machines have it, and is no reproach where one has not."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.archive.guide import guide
from server.archive.making import sign_files
from server.archive.package import package
from server.domain.canonical import canonical_json
from server.domain.consent_statement import ConsentStatement, read_statement, statement_bytes
from server.domain.errors import InvalidValueError
from server.domain.record import AGREEMENT, MANIFEST, RecordParts, record_files
from tests.archive import example
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell
from tests.archive.example import Files, Office

_new = hashlib.new


@contextmanager
def no_sm3() -> Iterator[None]:
    """Work like a machine whose OpenSSL lacks SM3."""

    def new(name: str, *content: Any, **words: Any) -> Any:
        if name == "sm3":
            raise ValueError(name)
        return _new(name, *content, **words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "new", new)
        yield


@pytest.fixture(scope="module")
def without(parts: RecordParts, office: Office) -> Files:
    """Return the files of a record that was sealed without SM3."""
    with no_sm3():
        made = record_files(parts, guide())
        return Files(asyncio.run(sign_files(parts, made, office.sign)))


def digests(files: Files) -> set[str | None]:
    return {one["sm3"] for one in json.loads(files[MANIFEST])["files"].values()}


def test_sm3_of_every_file_is_named(files: Files) -> None:
    named = json.loads(files[MANIFEST])["files"][AGREEMENT]["sm3"]
    assert named == _new("sm3", files[AGREEMENT]).hexdigest()
    assert None not in digests(files)


def test_a_record_sealed_without_sm3_is_good_for_all_three(
    without: Files, parts: RecordParts, tmp_path: Path
) -> None:
    assert digests(without) == {None}
    path = tmp_path / "record.zip"
    path.write_bytes(package(parts.record_id, without))
    assert by_heyi(without) == frozenset()
    assert by_page([Bend(zip=path)]) == [frozenset()]
    assert by_shell(without, tmp_path / "out") == frozenset()


def test_a_machine_without_sm3_judges_by_the_rest(files: Files) -> None:
    with no_sm3():
        assert by_heyi(files) == frozenset()
        bent = {**files, AGREEMENT: files[AGREEMENT] + b" "}
        assert "intact" in by_heyi(bent)


def test_another_sm3_than_that_of_the_file_is_noticed(files: Files) -> None:
    manifest = json.loads(files[MANIFEST])
    manifest["files"][AGREEMENT]["sm3"] = "0" * 64
    bent = {**files, MANIFEST: canonical_json(manifest)}
    assert {"intact", "manifest_signed"} <= by_heyi(bent)


WRONG_IN = {
    "pdf_sm3": "same_text",
    "key_sm3": "signatures",
    "handwriting_sm3": "signatures",
    "strokes_sm3": "signatures",
}


@pytest.mark.drawn
@pytest.mark.parametrize("field", [*WRONG_IN, ""])
def test_another_sm3_beside_a_right_sha256_is_noticed_by_all_three(
    field: str, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything but this digest is right, and signed by whom it should be."""
    bent: dict[str, Any] = {field: "0" * 64} if field else {}

    def wrong(said: ConsentStatement) -> bytes:
        return statement_bytes(replace(said, **bent))

    monkeypatch.setattr(example, "statement_bytes", wrong)
    parts = example.record_parts(office)
    made = Files(asyncio.run(sign_files(parts, record_files(parts, guide()), office.sign)))
    path = tmp_path / "record.zip"
    path.write_bytes(package(parts.record_id, made))
    found = [by_heyi(made), *by_page([Bend(zip=path)]), by_shell(made, tmp_path / "out")]
    own = {WRONG_IN[field]} if field else set()
    assert [one - {"everybody_signed"} for one in found] == [own] * 3


def test_a_statement_tells_no_sm3_of_null(parts: RecordParts) -> None:
    said = json.loads(parts.signatures[0].statement)
    assert statement_bytes(read_statement(canonical_json(said))) == parts.signatures[0].statement
    with pytest.raises(InvalidValueError):
        read_statement(canonical_json({**said, "key_sm3": None}))


def test_a_statement_about_another_text_by_sm3_is_noticed(
    parts: RecordParts, office: Office
) -> None:
    chen = parts.signatures[0]
    said = replace(read_statement(chen.statement), agreement_sm3="0" * 64)
    bent = replace(
        parts, signatures=(replace(chen, statement=statement_bytes(said)), *parts.signatures[1:])
    )
    made = asyncio.run(sign_files(bent, record_files(bent, guide()), office.sign))
    assert "same_text" in by_heyi(made)
