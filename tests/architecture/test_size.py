"""A file holds one idea: none grows past 400 lines."""

from pathlib import Path

from tests.architecture.tree import files, shown

LIMIT = 400
GENERATED = ("web/packages/core/src/api/schema.ts",)


def test_no_source_file_is_longer_than_a_reader_can_hold() -> None:
    sources = [
        *files("server", endings=(".py", ".typ")),
        *files("tests", endings=(".py",)),
        *files("web", endings=(".ts", ".vue", ".css", ".mjs")),
    ]
    too_long = {shown(path): _lines(path) for path in sources if _lines(path) > LIMIT}
    assert {path: lines for path, lines in too_long.items() if path not in GENERATED} == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
