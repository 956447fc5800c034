"""One bent byte at 500 places: nobody ever takes other content for the record."""

import random
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.archive.package import package
from server.domain.record import MANIFEST_SIGNATURE
from tests.archive.attacks.judges import Bend, Found, by_heyi, by_page, by_shell, package_by_heyi
from tests.archive.example import Files
from tests.support.sampling import taken_of

PLACES, SEED = 500, 20261124
Place = tuple[int, int]
"""(which byte, which bit)"""


@pytest.fixture(scope="session")
def whole(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "record.zip"
    path.write_bytes(package("record-17", files))
    return path


@pytest.fixture(scope="session")
def places(whole: Path) -> list[Place]:
    drawn = random.Random(SEED)
    size = whole.stat().st_size
    return [(drawn.randrange(size), drawn.randrange(8)) for _ in range(PLACES)]


def numbers(count: int, config: pytest.Config) -> list[int]:
    """Return which of so many this run takes."""
    return sorted(map(int, taken_of(dict.fromkeys(map(str, range(count)), ""), config)))


def missed(whole: Path, places: list[Place], found: list[Found]) -> list[Place]:
    """Return the places inside a file that a judge let pass."""
    with zipfile.ZipFile(whole) as opened:
        spans = [(e.header_offset + 30 + len(e.filename), e.file_size) for e in opened.infolist()]
    return [
        place
        for place, wrong in zip(places, found, strict=True)
        if not wrong and any(start <= place[0] < start + size for start, size in spans)
    ]


@pytest.mark.timeout(300)
def test_the_page_notices_bent_bytes_of_a_package(
    whole: Path, places: list[Place], pytestconfig: pytest.Config
) -> None:
    """At 500 places where all are asked for: the page takes a minute for them."""
    some = [places[number] for number in numbers(PLACES, pytestconfig)]
    found = by_page([Bend(zip=whole, at=at, bit=bit) for at, bit in some])
    assert missed(whole, some, found) == []
    # What passes is a date or a checksum of the ZIP itself, of which there is little.
    assert sum(not wrong for wrong in found) < PLACES / 20


def test_heyi_verify_notices_500_bent_bytes_of_a_package(
    whole: Path, places: list[Place], tmp_path: Path
) -> None:
    content, path = whole.read_bytes(), tmp_path / "bent.zip"
    found = []
    for at, bit in places:
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :])
        found.append(package_by_heyi(path))
    assert missed(whole, places, found) == []


def test_a_judge_who_looks_at_nothing_is_caught(whole: Path, places: list[Place]) -> None:
    assert missed(whole, places, [frozenset()] * PLACES) != []


def test_all_three_agree_about_a_bent_byte_of_a_file(
    pytestconfig: pytest.Config, files: Files, tmp_path: Path
) -> None:
    """The files as they lie in a folder: no checksum of a ZIP sees the change first."""
    bent = [bent_file(files, number) for number in range(pytestconfig.getoption("bent"))]
    asked = []
    for number, one in enumerate(bent):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(package("record-17", one))
        asked.append(Bend(zip=path))
    for one, page in zip(bent, by_page(asked), strict=True):
        assert page
        assert by_heyi(one)
    drawn = numbers(len(bent), pytestconfig)
    with ThreadPoolExecutor() as several:
        assert all(several.map(lambda n: by_shell(bent[n], tmp_path / str(n)), drawn))


def bent_file(files: Files, number: int) -> dict[str, bytes]:
    """Spread over files first, so that small ones are hit as often as the PDF."""
    drawn = random.Random(f"{SEED}:{number}")
    name = sorted(files)[number % len(files)]
    at, content = drawn.randrange(len(files[name])), bytearray(files[name])
    content[at] ^= 1 << drawn.randrange(8)
    return {**files, name: bytes(content)}


def test_the_files_are_all_hit(files: Files) -> None:
    hit = {n for k in range(len(files)) for n, c in bent_file(files, k).items() if c != files[n]}
    assert hit == set(files) >= {MANIFEST_SIGNATURE}
