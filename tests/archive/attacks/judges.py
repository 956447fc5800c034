"""The three who judge a record: `heyi verify`, the page of the record, `verify.sh`.

Each is asked the same question and answers with what it found wrong, so that they can be
compared: an empty answer means that nothing fails.
"""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from server.archive.guide import BUILT, HERE, PAGE
from server.archive.verifier import verify_files, verify_path
from server.documents.inspection import inspect
from server.domain.canonical import sha256_hex
from server.domain.errors import InvalidValueError
from server.domain.record import pem_body
from tests.architecture.tree import ROOT
from tests.archive.example import RECORD, TOOLS as PLAIN_TOOLS
from tests.archive.test_verifier import written

Found = frozenset[str]
TOOLS = replace(PLAIN_TOOLS, inspect=cache(inspect))
NODE = shutil.which("node") or str(ROOT / ".venv/node/node")
RUNNER = Path(__file__).with_name("page.mjs")
BUILT_PAGE = BUILT / PAGE
SCRIPT = HERE / "verify.sh"
BEYOND_THE_PAGE = frozenset({"archive_stamp"})
"""What the page says it does not judge, since it dates no stamps."""

LINES = {
    "certificate": "certificate",
    "manifest": "manifest_signed",
    "form of the manifest": "readable",
    "list of digests": "intact",
    "every file": "intact",
    "no file missing": "complete",
    "no file of another name": "complete",
    "signature in the PDF": "pdf_signatures",
    "lock of the text in the PDF": "pdf_signatures",
    "order of the signatures in the PDF": "pdf_signatures",
    "seal in the PDF": "seal",
    "archive time stamp in the PDF": "seal",
    "nothing after the last": "seal",
    "updates only fill in": "only_blanks_filled",
    "the agreement inside the PDF": "attachment",
    "signature": "signatures",
    "signed this very": "same_text",
    "everybody": "everybody_signed",
    "sealed by two": "two_people",
    "whether declarations": "declared_recording",
    "session log": "log_chain",
    "told in the log": "log_tells",
    "places in the log of all cases": "log_included",
    "container": "container",
    "archive time stamp": "archive_stamp",
    "time stamp of the checkpoint": "log_stamped",
}
"""How the lines of verify.sh begin, by the fact they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A package as a file, one byte of it bent perhaps, fingerprints known perhaps.

    `today` is the day on which it is asked, now unless given (ISO 8601).

    `known` are those of who issued, `stamps` of who stamped; without the latter the former count
    for both.
    """

    zip: Path
    at: int | None = None
    bit: int = 0
    known: str = ""
    stamps: str = ""
    today: str | None = None

    def line(self) -> str:
        named = {"known": self.known, "stamps": self.stamps, "today": self.today}
        said = {"zip": str(self.zip), **named}
        return json.dumps(said if self.at is None else {**said, "at": self.at, "bit": self.bit})


def by_heyi(files: dict[str, bytes], anchors: Sequence[bytes] = ()) -> Found:
    """Return the facts that fail."""
    return frozenset(fact.code for fact in verify_files(files, TOOLS, anchors).failed)


def package_by_heyi(path: Path) -> Found:
    """Return the facts that fail, or why the package was refused."""
    try:
        return frozenset(fact.code for fact in verify_path(path, TOOLS).failed)
    except InvalidValueError as refused:
        return frozenset({f"refused: {refused.facts['reason']}"})


def by_page(asked: Iterable[Bend], *blind: str) -> list[Found]:
    """Return what the page's own script finds; `blind` breaks a part of it."""
    return [_of_page(told) for told in told_by_page(asked, *blind)]


def told_by_page(asked: Iterable[Bend], *blind: str) -> list[dict[str, Any]]:
    """Return the whole reports of the page, or why it refused a package."""
    done = subprocess.run(
        [NODE, str(RUNNER), str(BUILT_PAGE), *blind],
        input="".join(f"{one.line()}\n" for one in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _of_page(told: dict[str, Any]) -> Found:
    if "refused" in told:
        return frozenset({f"refused: {told['refused']}"})
    return frozenset(fact["code"] for fact in told["facts"] if fact["holds"] is False)


def by_shell(
    files: dict[str, bytes],
    folder: Path,
    anchor: Path | str = "",
    script: Path = SCRIPT,
    stamps: Path | str = "",
) -> Found:
    """Return what a verify.sh from elsewhere finds.

    `anchor` is an issuer one trusts, `stamps` the root of an authority that stamps.
    """
    return _of_shell(_shell(files, folder, anchor, script, stamps))


def package_by_shell(path: Path, folder: Path) -> Found:
    """Return what verify.sh finds in a package that is unpacked to a folder."""
    with zipfile.ZipFile(path) as opened:
        opened.extractall(folder)
    return _of_shell(_run(SCRIPT, "", str(folder / RECORD)))


def _of_shell(done: subprocess.CompletedProcess[str]) -> Found:
    wrong = [line[8:] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert bool(wrong) == (done.returncode != 0), done.stdout + done.stderr
    return frozenset(next(c for b, c in LINES.items() if line.startswith(b)) for line in wrong)


def told_by_shell(files: dict[str, bytes], folder: Path) -> str:
    """Return what verify.sh prints."""
    return _shell(files, folder).stdout


def _shell(
    files: dict[str, bytes],
    folder: Path,
    anchor: Path | str = "",
    script: Path = SCRIPT,
    stamps: Path | str = "",
) -> subprocess.CompletedProcess[str]:
    told = (str(anchor), str(written(files, folder)), *((str(stamps),) if stamps else ()))
    return _run(script, *told)


def _run(script: Path, *told: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script), *told],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
    )


def fingerprint(pem: bytes) -> str:
    """Return SHA-256 of a certificate."""
    return sha256_hex(pem_body(pem))
