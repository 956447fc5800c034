"""A root given for time stamps lets no signer pass, one given for signers no time stamp.

The record of this file has its signers and its seal from the committee's own issuer and every
time stamp from an authority of another house. All three judges are asked with either root in
either place.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.archive.cli import main
from server.archive.package import package
from server.documents.chain import Sources
from server.documents.timestamps import LocalTimestamps
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, Found, by_page, by_shell, fingerprint
from tests.archive.example import TOOLS, Files, Office, record_parts
from tests.documents.example import LOCKED_AT
from tests.support.papers import desk_of

PASSES, UNTRUSTED = 0, 1
OPEN = 3


@dataclass(frozen=True, slots=True)
class Roots:
    """Files of PEM: the committee's issuer and the root of who stamped."""

    committee: Path
    stamper: Path

    def named(self, who: str) -> list[Path]:
        """Return the files of `committee`, `stamper` or `both`."""
        each = {"committee": self.committee, "stamper": self.stamper}
        return list(each.values()) if who == "both" else [each[who]]

    def words(self, option: str, who: str) -> list[str]:
        return [word for one in self.named(who) for word in (option, str(one))]

    def fingerprints(self, who: str) -> str:
        return "".join(fingerprint(one.read_bytes()) for one in self.named(who))

    def together(self, who: str, folder: Path) -> Path:
        """Return one file of PEM for verify.sh."""
        path = folder / f"{who}.pem"
        path.write_bytes(b"".join(one.read_bytes() for one in self.named(who)))
        return path


@pytest.fixture(scope="module")
def stamped(office: Office, stranger: Office) -> Files:
    desk = desk_of(office.keys, office.fonts)
    sources = Sources(desk.sources.issuer, LocalTimestamps(stranger.keys))
    parts = record_parts(office, desk=replace(desk, sources=sources))
    return sealed(parts, office)[0]


@pytest.fixture(scope="module")
def roots(stamped: Files, stranger: Office, tmp_path_factory: pytest.TempPathFactory) -> Roots:
    committee = tmp_path_factory.mktemp("roots") / "committee.pem"
    committee.write_bytes(stamped["trust/issuer.pem"])
    return Roots(committee, stranger.keys.folder / "issuer-hexi-of-events.crt")


@pytest.fixture(scope="module")
def packed(stamped: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stamped") / "record.zip"
    path.write_bytes(package("record-17", stamped))
    return path


PLACES = [
    pytest.param("committee", "stamper", True, id="each in its place"),
    pytest.param("stamper", "committee", False, id="each in the other's place"),
    pytest.param("committee", "committee", False, id="signers alone"),
    pytest.param("stamper", "stamper", False, id="stamps alone"),
    pytest.param("both", "committee", False, id="who stamped named for signers"),
    pytest.param("stamper", "both", False, id="who signed named for stamps"),
    pytest.param("both", "both", True, id="both in both places"),
]


@pytest.mark.parametrize(("signers", "stamps", "good"), PLACES)
def test_the_command_takes_each_root_for_its_purpose_alone(
    packed: Path,
    roots: Roots,
    signers: str,
    stamps: str,
    good: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = [*roots.words("--trust", signers), *roots.words("--trust-stamps", stamps)]
    assert main([str(packed), "--json", *named], TOOLS, LOCKED_AT) == (
        PASSES if good else UNTRUSTED
    )
    told = json.loads(capsys.readouterr().out)
    assert told["trusted"] is good
    assert [one["code"] for one in told["facts"] if one["holds"] is False] == (
        [] if good else ["trusted"]
    )


@pytest.mark.parametrize(("signers", "stamps", "good"), PLACES)
def test_the_page_agrees(packed: Path, roots: Roots, signers: str, stamps: str, good: bool) -> None:
    known, stamping = roots.fingerprints(signers), roots.fingerprints(stamps)
    asked = Bend(zip=packed, known=known, stamps=stamping)
    assert by_page([asked]) == [_when(good, "trusted")]


@pytest.mark.drawn
@pytest.mark.parametrize(("signers", "stamps", "good"), PLACES)
def test_the_script_agrees(
    stamped: Files, roots: Roots, signers: str, stamps: str, good: bool, tmp_path: Path
) -> None:
    anchor, stamping = (roots.together(who, tmp_path) for who in (signers, stamps))
    found = by_shell(stamped, tmp_path / "record", anchor, stamps=stamping)
    assert found == _when(good, "certificate")


def _when(good: bool, code: str) -> Found:
    return frozenset() if good else frozenset({code})


def test_without_a_root_for_stamps_every_root_counts_for_both(
    packed: Path, stamped: Files, roots: Roots, tmp_path: Path
) -> None:
    assert main([str(packed), *roots.words("--trust", "both")], TOOLS, LOCKED_AT) == PASSES
    assert main([str(packed), *roots.words("--trust", "committee")], TOOLS, LOCKED_AT) == UNTRUSTED
    assert by_page([Bend(zip=packed, known=roots.fingerprints("both"))]) == [frozenset()]
    together = roots.together("both", tmp_path)
    assert by_shell(stamped, tmp_path / "record", together) == frozenset()


def test_who_stamps_says_nothing_of_who_sealed(
    packed: Path, stamped: Files, roots: Roots, tmp_path: Path
) -> None:
    named = roots.words("--trust-stamps", "stamper")
    assert main([str(packed), *named], TOOLS, LOCKED_AT) == OPEN
    # On the machine that sealed it, its own issuer is at hand for the signers.
    assert main([str(packed), *named], TOOLS, LOCKED_AT, [roots.committee.read_bytes()]) == PASSES
    other = roots.words("--trust-stamps", "committee")
    assert main([str(packed), *other], TOOLS, LOCKED_AT, [roots.committee.read_bytes()]) == OPEN
    assert by_page([Bend(zip=packed, stamps=roots.fingerprints("stamper"))]) == [frozenset()]
    assert by_shell(stamped, tmp_path / "record", stamps=roots.stamper) == frozenset()


def test_naming_who_stamps_alone_leaves_trust_open(files: Files, tmp_path: Path) -> None:
    """Its committee stamped this one itself, so that nothing in it comes from elsewhere."""
    path, issuer = tmp_path / "record.zip", tmp_path / "issuer.pem"
    path.write_bytes(package("record-17", files))
    issuer.write_bytes(files["trust/issuer.pem"])
    assert main([str(path), "--trust-stamps", str(issuer)], TOOLS, LOCKED_AT) == OPEN


def test_a_certificate_that_is_none_ends_the_command(packed: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    assert main([str(packed), "--trust-stamps", str(text)], TOOLS, LOCKED_AT) == 2
