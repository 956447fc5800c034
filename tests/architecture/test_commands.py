"""The commands people are told about are the commands there are."""

import re
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

TOLD = re.compile(r"`heyi ([\w-]+)")
FIRST_PAGES = ("README.md", "README.zh-CN.md")
_WORKER = """
import os, sys, tempfile
with tempfile.TemporaryDirectory() as folder:
    os.environ |= {"HEYI_DATA": folder, "HEYI_MEDIA_ADDRESS": "nowhere.invalid"}
    from server.__main__ import main
    assert main(["media"]) == 2
print(*sys.modules)
"""
"""A worker that ends once everything is loaded, for want of an address."""
LISTED = re.compile(r"^    ([\w-]+)(?: |$)", re.MULTILINE)


@pytest.fixture(scope="module")
def commands() -> set[str]:
    """Return what the program itself lists."""
    shown = subprocess.run(
        [sys.executable, "-m", "server", "--help"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    return set(LISTED.findall(shown.stdout))


@pytest.mark.parametrize("page", FIRST_PAGES)
def test_the_first_page_names_every_command_and_no_other(page: str, commands: set[str]) -> None:
    assert set(TOLD.findall((ROOT / page).read_text(encoding="utf-8"))) == commands


@pytest.mark.parametrize("page", FIRST_PAGES)
def test_the_first_page_names_what_keys_are_asked_for_and_who_is_trusted(page: str) -> None:
    told = (ROOT / page).read_text(encoding="utf-8")
    words = ("`heyi keys import", "`heyi keys seal", "--trust", "--trust-stamps", "--without-trust")
    assert [one for one in words if not re.search(rf"{one}(?![\w-])", told)] == []


def test_documents_tell_of_no_command_that_does_not_exist() -> None:
    first_page = set(TOLD.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    others = [*(ROOT / "docs").rglob("*.md"), ROOT / "recordings" / "README.md"]
    told = {name for page in others for name in TOLD.findall(page.read_text(encoding="utf-8"))}
    assert told - first_page == set()


def test_a_media_worker_loads_neither_the_app_nor_what_it_keeps_books_with() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", _WORKER],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    ).stdout.split()
    assert "server.media.worker" in loaded
    assert not {"server.app", "server.usecases", "sqlalchemy", "pyhanko"} & set(loaded)
