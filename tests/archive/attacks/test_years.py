"""All three judges in 2027 and 2035: certificates of a day have long ended, and nothing changes.

A certificate that had ended before its signature is refused in every year.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.archive.package import package
from server.archive.verifier import verify_files
from server.documents import chain
from server.documents.chain import Sources
from server.documents.issuer import EventRequest, Issued, LocalIssuer
from server.domain.record import RecordParts
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import SCRIPT, TOOLS, Bend, fingerprint, told_by_page
from tests.archive.example import Files, Office, record_parts
from tests.archive.test_verifier import written
from tests.support.papers import desk_of

YEARS = (2027, 2035)
CERTIFICATES = "FAILED  certificates in the PDF by that issuer PDF 内各证书由该签发证书签发"

DATE = """#!/bin/sh
# Answers for now with the year it is meant to be; what it is given to convert goes on.
case $1 in -ud) exec {real} "$@" ;; esac
echo "$@" >>{folder}/asked
exec {real} -d {day} "$@"
"""

OPENSSL = """#!/bin/sh
# Judges as of that year what it is not told to judge as of another moment.
case " $* " in
  " verify "*" -no_check_time "* | " verify "*" -attime "*) ;;
  " verify "* | " cms -verify "*) first=$1; shift; set -- "$first" -attime {seconds} "$@" ;;
esac
exec {real} "$@"
"""


@dataclass(frozen=True, slots=True)
class Early(LocalIssuer):
    """Issues certificates that ended an hour before they sign."""

    def issue(self, request: EventRequest) -> Issued:
        # Called by name: a dataclass with slots is another class than the one super() knows.
        return LocalIssuer.issue(self, replace(request, at=request.at - timedelta(hours=25)))


@pytest.fixture(scope="module")
def ended(office: Office) -> Files:
    """Return a record whose signers' certificates had ended before they signed.

    As it might come from elsewhere: this server signs nothing with such.
    """
    desk = desk_of(office.keys, office.fonts)
    own = replace(desk, sources=Sources(Early(desk.keys), desk.sources.stamps))
    with pytest.MonkeyPatch.context() as careless:
        careless.setattr(chain, "expect_valid", lambda *_: None)
        return sealed(record_parts(office, desk=own), office)[0]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine on which it is another year, as far as `date` and `openssl` tell."""

    folder: Path
    year: int

    def made(self) -> "Machine":
        """Return it with its programs."""
        self.folder.mkdir()
        day = datetime(self.year, 11, 27, tzinfo=UTC)
        said = {"folder": self.folder, "day": f"{day:%Y-%m-%d}", "seconds": int(day.timestamp())}
        for name, words in (("date", DATE), ("openssl", OPENSSL)):
            program = self.folder / name
            program.write_text(words.format(real=shutil.which(name), **said))
            program.chmod(0o755)
        return self

    def judges(self, record: Path, anchor: Path, script: Path = SCRIPT) -> str:
        """Return what verify.sh prints there."""
        done = subprocess.run(
            ["/bin/sh", str(script), str(anchor), str(record)],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": f"{self.folder}:{os.defpath}", "LANG": "C.UTF-8"},
        )
        assert done.returncode == bool(failed(done.stdout)), done.stderr
        return done.stdout

    @property
    def asked(self) -> str:
        """What `date` was asked about now."""
        kept = self.folder / "asked"
        return kept.read_text() if kept.exists() else ""


@pytest.mark.parametrize("year", YEARS)
def test_heyi_verify_says_the_same_in_later_years(
    year: int, files: Files, ended: Files, parts: RecordParts
) -> None:
    then, anchors = datetime(year, 11, 27, tzinfo=UTC), (parts.issuer_certificate,)
    told = verify_files(files, TOOLS, anchors, then)
    assert told.verified, told.failed
    assert told == verify_files(files, TOOLS, anchors, parts.sealed_at)
    refused = verify_files(ended, TOOLS, anchors, then)
    assert "trusted" in {one.code for one in refused.failed}


def test_the_page_refuses_in_every_year_a_certificate_that_had_ended(
    ended: Files, parts: RecordParts, tmp_path: Path
) -> None:
    path, known = tmp_path / "ended.zip", fingerprint(parts.issuer_certificate)
    path.write_bytes(package("record-17", ended))
    days = (None, *(f"{year}-11-27" for year in YEARS))
    for told in told_by_page(Bend(zip=path, known=known, today=day) for day in days):
        assert "trusted" in {one["code"] for one in told["facts"] if one["holds"] is False}


@pytest.fixture(scope="module")
def here(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(files, tmp_path_factory.mktemp("years") / "record")


def failed(told: str) -> list[str]:
    """Return what the script found wrong."""
    return [line for line in told.splitlines() if line.startswith("FAILED")]


@pytest.mark.parametrize("year", YEARS)
def test_no_answer_of_the_script_depends_on_the_machines_day(
    year: int, here: Path, ended: Files, anchor: Path, tmp_path: Path
) -> None:
    then = Machine(tmp_path / "then", year).made()
    told = then.judges(here, anchor)
    assert failed(told) == []
    assert told == Machine(tmp_path / "sealed", 2025).made().judges(here, anchor)
    refused = then.judges(written(ended, tmp_path / "record"), anchor)
    assert failed(refused) == [CERTIFICATES]
    assert then.asked == ""


def test_a_script_that_judged_by_the_day_would_be_found_out(
    here: Path, anchor: Path, tmp_path: Path
) -> None:
    moment = ' -attime "$(date -ud "$moment" +%s)"'
    script = SCRIPT.read_text()
    assert script.count(moment) == 1
    bent = tmp_path / "verify.sh"
    bent.write_text(script.replace(moment, ""))
    then = Machine(tmp_path / "then", YEARS[0]).made()
    assert failed(then.judges(here, anchor, bent)) == [CERTIFICATES]


def test_the_script_judges_no_chain_without_saying_as_of_when() -> None:
    lines = SCRIPT.read_text().replace("\\\n", " ").splitlines()
    chains = [line for line in lines if "openssl verify" in line]
    assert len(chains) >= 3
    assert [one for one in chains if "-no_check_time" not in one and "-attime" not in one] == []
    tokens = [line for line in lines if "openssl cms -verify" in line]
    assert len(tokens) >= 2
    assert [one for one in tokens if " -noverify " not in one] == []
    assert not any("openssl ts " in line for line in lines)
