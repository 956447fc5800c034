"""Packages made to harm whoever opens them: refused in clear words and in little memory."""

import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from tests.archive.attacks.judges import Bend, by_page, package_by_heyi
from tests.archive.example import Files

MIB = 1024 * 1024
Make = Callable[[Files], bytes]


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], packed: bool = False) -> bytes:
    out = BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in entries:
            made.writestr(name, content)
    return out.getvalue()


def record(files: Files, *more: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return zipped(*((f"record-17/{n}", c) for n, c in files.items()), *more)


def link(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system = 3
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


def lying_size(files: Files) -> bytes:
    """A little file that says it will be 300 MiB."""
    made = bytearray(zipped(("record-17/manifest.json", b"0" * 4096), packed=True))
    at = made.index(b"PK\x01\x02") + 24
    made[at : at + 4] = (300 * MIB).to_bytes(4, "little")
    return bytes(made)


def same_name_twice(files: Files) -> bytes:
    made = record(files, ("record-17/consents.jsom", b"[]"))
    return made.replace(b"consents.jsom", b"consents.json")


MADE: dict[str, tuple[Make, str]] = {
    "path traversal": (lambda f: record(f, ("../../etc/cron.d/x", b"x")), "unsafe_names"),
    "traversal inside": (lambda f: record(f, ("record-17/../../x", b"x")), "unsafe_names"),
    "absolute path": (lambda f: record(f, ("/etc/passwd", b"x")), "unsafe_names"),
    "backslashes": (lambda f: record(f, ("record-17\\..\\..\\x", b"x")), "unsafe_names"),
    "a drive": (lambda f: record(f, ("C:/x", b"x")), "unsafe_names"),
    "10,000 files": (
        lambda _: zipped(*((f"r/{n}", b"") for n in range(10_000))),
        "too_many",
    ),
    "a bomb": (lambda _: zipped(("r/x", bytes(300 * MIB)), packed=True), "too_large"),
    "a size that lies": (lying_size, "too_large"),
    "a name twice": (same_name_twice, "names_twice"),
    "a name in two folders": (lambda f: record(f, ("x/manifest.json", b"{}")), "names_twice"),
    "no ZIP": (lambda _: b"PK\x03\x04 and then nothing of the kind", "not_a_package"),
    "nothing": (lambda _: b"", "not_a_package"),
}


@pytest.mark.parametrize("kind", MADE)
def test_it_is_refused_for_the_same_reason_by_program_and_page(
    kind: str, files: Files, tmp_path: Path
) -> None:
    make, reason = MADE[kind]
    path = tmp_path / "made.zip"
    path.write_bytes(make(files))
    assert package_by_heyi(path) == {f"refused: {reason}"}
    assert by_page([Bend(zip=path)]) == [{f"refused: {reason}"}]


def test_a_link_is_refused_and_to_the_page_is_but_an_added_file(
    files: Files, tmp_path: Path
) -> None:
    """A browser never makes a link of it: the page reads where it points to as its content."""
    path = tmp_path / "made.zip"
    path.write_bytes(record(files, (link("record-17/more.json"), b"/etc/passwd")))
    assert package_by_heyi(path) == {"refused: links"}
    assert by_page([Bend(zip=path)]) == [{"complete"}]


def test_other_methods_are_refused_before_they_are_unpacked(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("record-17/manifest.json", files["manifest.json"])
    assert package_by_heyi(path) == {"refused: not_a_package"}
    assert by_page([Bend(zip=path)]) == [{"refused: not_a_package"}]


@pytest.mark.parametrize("kind", ["a bomb", "10,000 files", "a size that lies"])
def test_refusing_costs_little_memory(kind: str, files: Files, tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    path.write_bytes(MADE[kind][0](files))
    tracemalloc.start()
    try:
        assert package_by_heyi(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 32 * MIB
