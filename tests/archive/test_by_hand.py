"""The commands of FORMAT.md, run as they are written, find a real record good."""

import asyncio
import os
import re
import subprocess
import zipfile
from itertools import takewhile
from pathlib import Path

import pytest

from server.archive.guide import guide
from server.archive.making import sign_files
from server.archive.package import package, with_whole
from server.domain.record import PDF, record_files
from tests.archive.example import RECORD, Files, Office
from tests.archive.renewing import with_renewals
from tests.archive.sm2_record import sm2_parts

pytestmark = pytest.mark.timeout(300)
COMMAND = re.compile(rb"^ +`([^`]+)`$", re.MULTILINE)
EXPORT = re.compile(rb"`(export [^`]+)`")
RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")
OF_A_SIGNER, IN_SM2, THE_LAST = " public_key.pem", "sm3", "-data signed"
"""By these words a command tells where it is run, and on which signature of the PDF."""


@pytest.fixture(scope="module")
def record(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an unpacked record with everything: SM2, a container, a renewal."""
    parts = sm2_parts(office)
    files = Files(asyncio.run(sign_files(parts, record_files(parts, guide()), office.sign)))
    top = tmp_path_factory.mktemp("by_hand")
    (top / "record.zip").write_bytes(
        package(RECORD, with_whole(with_renewals(files, office, (2026,))))
    )
    with zipfile.ZipFile(top / "record.zip") as opened:
        opened.extractall(top / "out")
    return top / "out" / RECORD


def refused(command: str, folder: Path, place: tuple[bytes, ...]) -> str:
    """Return what the command complains of, run by a shell that knows a, b and c; else nothing."""
    named = {name: number.decode() for name, number in zip("abc", place, strict=True)}
    asked = ["/bin/sh", "-ec", command]
    done = subprocess.run(
        asked, cwd=folder, env={**os.environ, **named}, capture_output=True, text=True, check=False
    )
    return f"{done.returncode}: {done.stderr}" if done.returncode else ""


def folder_of(command: str, record: Path) -> Path:
    if OF_A_SIGNER not in command:
        return record
    return record / "signatures" / ("staff-su" if IN_SM2 in command else "person-lin")


def test_every_command_by_hand_finds_a_real_record_good(record: Path) -> None:
    page = (record / "FORMAT.md").read_bytes()
    commands = [one.decode() for one in COMMAND.findall(page)]
    to_begin_with = EXPORT.findall(page)[0].decode()
    cut_out = list(takewhile(lambda one: "openssl cms" not in one, commands))[-2:]
    first, *_, last = RANGE.findall((record / PDF).read_bytes())
    wrong = {}
    for command in commands:
        place = last if THE_LAST in command else first
        before = cut_out if THE_LAST in command else []
        for one in (*before, command):
            if said := refused(f"{to_begin_with}; {one}", folder_of(one, record), place):
                wrong[one] = said
    assert len(commands) > 12
    assert wrong == {}
