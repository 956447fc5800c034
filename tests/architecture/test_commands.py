"""The commands people are told about are the commands there are."""

import re
import subprocess
import sys

from tests.architecture.tree import ROOT

TOLD = re.compile(r"`heyi ([\w-]+)")
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


def test_the_first_page_names_every_command_and_no_other() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "server", "--help"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    commands = set(LISTED.findall(shown.stdout))
    assert set(TOLD.findall((ROOT / "README.md").read_text(encoding="utf-8"))) == commands


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
