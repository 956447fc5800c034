"""verify.sh runs with the programs that it names, where no others are to be found."""

import asyncio
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from server.archive.guide import HERE, guide
from server.archive.making import sign_files
from server.archive.package import package, with_whole
from server.domain.record import RecordParts, record_files
from server.domain.signing_route import SigningRoute
from tests.architecture.tree import ROOT
from tests.archive.attested import CHEN, LIN, attested_parts, by_route, ink, spoken
from tests.archive.example import RECORD, Files, Office
from tests.archive.renewing import with_renewals
from tests.archive.sm2_record import sm2_parts

# fmt: off
COREUTILS = frozenset({
    "base64", "basename", "basenc", "cat", "comm", "csplit", "cut", "date", "dirname", "fold",
    "head", "mktemp", "paste", "rm", "sha1sum", "sha256sum", "sha384sum", "sha512sum", "sort",
    "tac", "tail", "tr", "uniq", "wc",
})
OTHERS = frozenset({
    "awk", "bc", "cmp", "dd", "diff", "ed", "egrep", "fgrep", "find", "gawk", "grep", "hexdump",
    "iconv", "jq", "mawk", "perl", "python", "python3", "rev", "sed", "strings", "xargs", "xxd",
})
"""Programs that most machines have, and that no requirement of the script names."""
# fmt: on
PROGRAMS = COREUTILS | {"openssl"}
SHELLS = {
    name: asked
    for name, asked in {
        "sh": ("/bin/sh",),
        "dash": ("dash",),
        "bash": ("bash", "--posix"),
        "busybox": ("busybox", "ash"),
    }.items()
    if shutil.which(asked[0])
}
"""The shells of this machine, /bin/sh at least: each has to give the same answers."""
pytestmark = pytest.mark.timeout(300)
HEADER, BODY = (HERE / "verify.sh").read_text("utf-8").split("\nLC_ALL=C ", 1)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with these programs and no others."""
    folder = tmp_path_factory.mktemp("bin")
    for name in PROGRAMS:
        found = shutil.which(name, path=os.defpath)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def unpacked(parts: RecordParts, office: Office, top: Path, *years: int) -> Path:
    """Return the folder of a record, out of its ZIP."""
    files = Files(asyncio.run(sign_files(parts, record_files(parts, guide()), office.sign)))
    top.mkdir()
    packed = package(RECORD, with_whole(with_renewals(files, office, years)))
    (top / "record.zip").write_bytes(packed)
    with zipfile.ZipFile(top / "record.zip") as opened:
        opened.extractall(top)
    return top / RECORD


PAPER, ALOUD = by_route(SigningRoute.WET_INK, CHEN, LIN), by_route(SigningRoute.WITNESSED, CHEN)
MADE: Mapping[str, tuple[Callable[[Office], RecordParts], tuple[int, ...]]] = {
    "in SM2 and renewed": (sm2_parts, (2026,)),
    "on paper": (lambda office: attested_parts(office, PAPER, ink()), ()),
    "aloud": (lambda office: attested_parts(office, ALOUD, *spoken()), ()),
}
"""Records, and years of renewals: between them is everything that the script looks at."""


def run(folder: Path, path: str, shell: str = "sh") -> subprocess.CompletedProcess[str]:
    program, *options = SHELLS[shell]
    asked = [str(shutil.which(program)), *options, str(folder / "verify.sh")]
    return subprocess.run(asked, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.drawn
@pytest.mark.parametrize("kind", MADE)
def test_it_needs_no_other_program_in_any_shell(
    kind: str, office: Office, alone: Path, tmp_path: Path
) -> None:
    make, years = MADE[kind]
    folder = unpacked(make(office), office, tmp_path / "made", *years)
    told = run(folder, os.defpath).stdout
    for shell in SHELLS:
        done = run(folder, str(alone), shell)
        assert done.stderr == "", shell
        assert "FAILED" not in done.stdout, done.stdout
        assert done.returncode == 0
        assert done.stdout == told, shell


@pytest.mark.parametrize("shell", SHELLS)
def test_it_ends_with_two_and_judges_nothing_where_it_cannot_begin(
    shell: str, alone: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few"
    shutil.copytree(alone, few, symlinks=True)
    (few / "openssl").unlink()
    whole, nowhere = {"PATH": str(alone)}, str(tmp_path / "nowhere")
    program, *options = SHELLS[shell]
    asked = [str(shutil.which(program)), *options, str(HERE / "verify.sh"), ""]
    for folder, env in (
        (nowhere, whole),
        (str(tmp_path), {"PATH": str(few)}),
        (str(tmp_path), {**whole, "TMPDIR": nowhere}),
    ):
        done = subprocess.run(
            [*asked, folder], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2, (folder, env)
        assert "OK " not in done.stdout
        assert "FAILED" not in done.stdout


def test_it_uses_each_of_them_and_names_them() -> None:
    assert [name for name in sorted(PROGRAMS) if not re.search(rf"\b{name}\b", HEADER)] == []
    code = re.sub("#.*", "", BODY).replace('"${digest}sum"', "sha384sum")
    assert [name for name in sorted(PROGRAMS) if not re.search(rf"\b{name}\b", code)] == []


def test_the_format_and_the_manual_name_what_it_needs() -> None:
    pages = [HERE / "FORMAT.md", ROOT / "README.md", ROOT / "README.zh-CN.md"]
    for page in pages:
        told = page.read_text("utf-8")
        assert [w for w in ("POSIX", "coreutils", "OpenSSL 3") if w not in told] == [], page
        assert [name for name in OTHERS if f"`{name}`" in told] == [], page


def test_it_names_no_program_but_these() -> None:
    """What a record of another kind might start is not started by those above."""
    code = re.sub("#.*", "", BODY)
    assert [name for name in sorted(OTHERS) if re.search(rf"\b{name}\b", code)] == []
