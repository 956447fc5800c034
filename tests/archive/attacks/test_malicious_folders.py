"""Folders made to harm whoever runs verify.sh in them: it fails in time and runs none of it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archive.attacks.judges import SCRIPT
from tests.archive.example import Files
from tests.archive.test_verifier import written

SECONDS = 50
ENDLESS = Path("/dev/zero")
UP = "/.." * 40  # from any folder to the root
NAMES = (
    "\nOK      everything",
    "-rf",
    "*",
    "a\\c",
    "$(touch owned)",
    "`touch owned`",
    "; touch owned",
    "' \"",
    "\x1b[2J",
)
Lay = Callable[[Path], None]


def linked(name: str, to: Path) -> Lay:
    def lay(folder: Path) -> None:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(to)

    return lay


def listed(line: str) -> Lay:
    def lay(folder: Path) -> None:
        with (folder / "SHA256SUMS").open("a") as sums:
            sums.write(line)

    return lay


def piped(folder: Path) -> None:
    (folder / "consents.json").unlink()
    os.mkfifo(folder / "consents.json")


def many(folder: Path) -> None:
    for n in range(10_000):
        (folder / "signatures" / f"{n}").mkdir()


def oddly_named(folder: Path) -> None:
    for name in NAMES:
        made = folder / "signatures" / name
        made.mkdir()
        (made / "statement.json").write_text("{}")


LAID: dict[str, Lay] = {
    "a link to what never ends": linked("agreement.json", ENDLESS),
    "a link in place of a folder": linked("log", Path("/etc")),
    "a link beside the record": linked("../META-INF", Path("/etc")),
    "a pipe": piped,
    "a list of what never ends": listed(f"{'0' * 64}  {ENDLESS}\n"),
    "a list without an end to its last line": listed(f"{'0' * 64}  {ENDLESS}"),
    "a list as BSD writes it": listed(f"SHA256 ({ENDLESS}) = {'0' * 64}\n"),
    "a list that leads out of the folder": listed(f"{'0' * 64}  log{UP}{ENDLESS}\n"),
    "a list of what is typed": listed(f"{'0' * 64}  -\n"),
    "a renewal's list of what never ends": lambda folder: _renewal(folder, str(ENDLESS)),
    "a renewal's list that leads away": lambda folder: _renewal(folder, f"renewals{UP}{ENDLESS}"),
    "10,000 folders": many,
    "names that are commands": oddly_named,
}


def _renewal(folder: Path, name: str) -> None:
    beside = folder.parent / "renewals" / "001"
    beside.mkdir(parents=True)
    (beside / "SHA256SUMS").write_text(f"{'0' * 64}  {name}\n")


@pytest.fixture
def never_typed() -> Iterator[int]:
    """Return a standard input at which nobody ever types anything."""
    reading, writing = os.pipe()
    yield reading
    os.close(reading)
    os.close(writing)


@pytest.mark.drawn
@pytest.mark.parametrize("kind", LAID)
def test_verify_sh_fails_in_time(kind: str, files: Files, tmp_path: Path, never_typed: int) -> None:
    folder = written(files, tmp_path / "top" / "record-17")
    LAID[kind](folder)
    done = subprocess.run(
        ["timeout", str(SECONDS), "/bin/sh", str(SCRIPT), "", str(folder)],
        stdin=never_typed,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.defpath},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("FAILED") for line in lines)
    assert not any(line.startswith("OK      everything") for line in lines)
    assert "\x1b" not in done.stdout
    assert list(tmp_path.rglob("owned")) == []
