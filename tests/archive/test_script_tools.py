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

OF_POSIX = frozenset({"awk", "cmp", "find", "grep", "sed"})
# fmt: off
COREUTILS = frozenset({
    "base64", "basename", "basenc", "cat", "csplit", "cut", "date", "dirname", "head", "mktemp",
    "rm", "sha1sum", "sha256sum", "sha384sum", "sha512sum", "sort", "tail", "tr", "wc",
})
# fmt: on
PROGRAMS = OF_POSIX | COREUTILS | {"openssl"}
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


def run(folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    asked = ["/bin/sh", str(folder / "verify.sh")]
    return subprocess.run(asked, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", MADE)
def test_it_needs_no_other_program(kind: str, office: Office, alone: Path, tmp_path: Path) -> None:
    make, years = MADE[kind]
    folder = unpacked(make(office), office, tmp_path / "made", *years)
    done = run(folder, str(alone))
    assert done.stderr == ""
    assert "FAILED" not in done.stdout, done.stdout
    assert done.returncode == 0
    assert done.stdout == run(folder, os.defpath).stdout


def test_it_uses_each_of_them_and_names_them() -> None:
    assert [name for name in sorted(PROGRAMS) if not re.search(rf"\b{name}\b", HEADER)] == []
    code = re.sub("#.*", "", BODY).replace('"${digest}sum"', "sha384sum")
    assert [name for name in sorted(PROGRAMS) if not re.search(rf"\b{name}\b", code)] == []


def test_the_format_and_the_manual_name_what_it_needs() -> None:
    pages = [HERE / "FORMAT.md", ROOT / "README.md", ROOT / "README.zh-CN.md"]
    for page in pages:
        told = page.read_text("utf-8")
        assert [w for w in ("POSIX", "coreutils", "OpenSSL 3") if w not in told] == [], page
    table = pages[0].read_text("utf-8")
    assert [name for name in OF_POSIX if f"`{name}`" not in table] == []


def test_it_uses_no_option_of_the_gnu_grep_or_sed() -> None:
    """POSIX.1-2017 knows grep -E -F -c -l -q -e -f -i -n -s -v -x, and sed -n -e -f."""
    options = {
        tool: {o for words in re.findall(rf"\b{tool}((?: -[a-zA-Z]+)+)", BODY) for o in words}
        for tool in ("grep", "sed")
    }
    assert options["grep"] - set(" -EFclqefinsvx") == set()
    assert options["sed"] - set(" -nef") == set()
