"""The built pages name files that are there: a style that went into a page has lost its file."""

import posixpath
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.journey]
PAGES = {".html", ".js", ".css"}
NAMED = re.compile(r"""["'`(]((?:\.{1,2}/|/)?(?:[\w.-]+/)*[\w.-]+\.(?:js|css|svg|woff2?))["'`)]""")
"""A file as a page, a script (an import, the list of what a part needs) or a style names it."""


@pytest.mark.parametrize("app", ["party", "console"])
def test_every_file_is_there_that_another_one_names_and_none_besides(pages: Path, app: str) -> None:
    root = pages / app
    named = {name for file in _readable(root) for name in _named(root, file)}
    there = {file.relative_to(root).as_posix() for file in root.rglob("*")}
    assert named - there == set()
    parts = {name for name in there if Path(name).suffix in PAGES and name.startswith("assets/")}
    assert parts - named == set()


def _readable(root: Path) -> list[Path]:
    return [file for file in root.rglob("*") if file.suffix in PAGES]


def _named(root: Path, file: Path) -> set[str]:
    """Return what a file names, as paths below the app's folder.

    The build writes names in three ways: from the site's root, beside the file, and in its lists
    of parts from the app's root.
    """
    beside = file.parent.relative_to(root).as_posix()
    return {
        name.removeprefix(f"/{root.name}/")
        if name.startswith("/") or not name.startswith(".")
        else posixpath.normpath(posixpath.join(beside, name))
        for name in NAMED.findall(file.read_text())
    }
