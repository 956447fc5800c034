"""The commands people are told about are the commands there are."""

import re
import subprocess
import sys

from tests.architecture.tree import ROOT

TOLD = re.compile(r"`heyi ([\w-]+)")
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
