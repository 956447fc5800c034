"""The page of plain words in every record, for whoever opens the folder first."""

from pathlib import Path

import pytest

from server.archive.guide import EXPLAINING, README, guide
from server.archive.making import make_files
from server.archive.package import package
from server.domain.record import RecordParts, record_files
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell
from tests.archive.example import Files, Office

BESIDE = ("META-INF", "renewals")
"""What stands beside the record's folder."""


@pytest.fixture(scope="module")
def halves(files: Files) -> tuple[str, str]:
    """Return its Chinese half and its English one."""
    chinese, english = files[README].decode("utf-8-sig").split("\r\n\r\n\r\n")
    return chinese, english


def test_it_opens_in_an_old_notepad(files: Files) -> None:
    content = files[README]
    assert content.startswith("\ufeff请先读这一页\r\n".encode())
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize("half", [0, 1], ids=["in Chinese", "in English"])
def test_it_says_where_everything_lies(half: int, halves: tuple[str, str], files: Files) -> None:
    tops = {name.partition("/")[0] for name in files} | {"attested", "paper", "recordings", *BESIDE}
    assert {name for name in tops if name not in halves[half]} - {README} == set()


@pytest.mark.parametrize("half", [0, 1], ids=["in Chinese", "in English"])
def test_it_says_how_to_check_and_what_is_answered(half: int, halves: tuple[str, str]) -> None:
    words = ("verify.html", "sh verify.sh", "FORMAT.md", "✓", "✗", "OK", "FAILED", "?", "/verify")
    assert [word for word in words if word not in halves[half]] == []


@pytest.mark.parametrize(
    ("half", "named"),
    [(0, "由本服务器签发的事件证书"), (1, "server-issued event certificate")],
    ids=["in Chinese", "in English"],
)
def test_it_says_what_the_certificates_are(half: int, named: str, halves: tuple[str, str]) -> None:
    unlicensed = ("不是持牌认证机构签发", "No licensed authority issued them")[half]
    assert (named in halves[half], unlicensed in halves[half]) == (True, True)


def test_a_record_without_it_passes_all_three(
    parts: RecordParts, office: Office, tmp_path: Path
) -> None:
    explained = {name: content for name, content in guide().items() if name != README}
    files = sealed(parts, office, explained)[0]
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", files))
    assert README not in files
    assert by_heyi(files) == frozenset()
    assert by_page([Bend(zip=path)]) == [frozenset()]
    assert by_shell(files, tmp_path / "record") == frozenset()


def test_a_record_kept_without_it_stays_without_it(parts: RecordParts) -> None:
    explained = {name: content for name, content in guide().items() if name != README}
    before = record_files(parts, explained)
    assert make_files(parts, before, guide()) == before
    assert set(EXPLAINING) == {README, *explained}
