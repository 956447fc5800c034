import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.archive.cli import main
from server.archive.declared import CODE as DECLARED_RECORDING
from server.archive.package import package
from server.archive.reader import load
from server.archive.report_text import FACTS
from server.archive.two_people import CODE as TWO_PEOPLE
from server.archive.verifier import JUDGES, verify_files
from server.documents.certificates import certificates
from server.documents.key_files import FileKeys
from server.domain.record import ISSUER_CERTIFICATE, RecordParts
from server.domain.verification import SEAL_LASTING
from tests.architecture.tree import ROOT
from tests.archive.example import HEXI, TOOLS, Files
from tests.documents.example import SEALED_AT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW.replace(year=2060)
"""After the time stamp's certificate has ended, which nobody renewed."""
WHERE_SO = frozenset({TWO_PEOPLE, DECLARED_RECORDING, SEAL_LASTING})
"""Facts that are told of some records alone."""


@pytest.fixture
def packed(files: Files, tmp_path: Path) -> Path:
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", files))
    return path


@pytest.fixture
def issuer(parts: RecordParts, tmp_path: Path) -> Path:
    path = tmp_path / "issuer.pem"
    path.write_bytes(parts.issuer_certificate)
    return path


@pytest.fixture
def stranger_issuer(tmp_path: Path) -> bytes:
    return certificates(FileKeys(tmp_path / "k", b"f" * 32), HEXI, SEALED_AT)[1]


def test_a_good_record_exits_0_and_says_so(
    packed: Path, issuer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(packed), "--trust", str(issuer)], TOOLS, NOW) == 0
    said = capsys.readouterr().out
    assert "核验通过" in said
    assert "签名: 陈水根 2025-03-14 11:38:00 +08:00" in said
    assert "✗" not in said
    assert "?" not in said


def test_json_tells_each_fact_and_the_groups(
    packed: Path, issuer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(packed), "--json", "--trust", str(issuer)], TOOLS, NOW) == 0
    told = json.loads(capsys.readouterr().out)
    groups = ("verified", "intact", "valid", "trusted", "complete")
    assert [told[name] for name in groups] == [True] * 5
    assert [fact["code"] for fact in told["facts"]] == [
        code for code in FACTS["zh"] if code not in WHERE_SO
    ]
    assert told["sealed_at"] == "2025-03-14T03:52:47+00:00"
    assert told["signers"][0]["name"] == "陈水根"


def test_without_an_anchor_trust_is_told_as_unjudged(
    packed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(packed), "--json"], TOOLS, NOW) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["trusted"], told["unjudged"]) == (None, ["trusted"])
    assert main([str(packed)], TOOLS, NOW) == 3
    assert "核验通过" not in (said := capsys.readouterr().out)
    assert "没有判断" in said
    assert "--trust" in said
    assert main([str(packed), "--language", "en", "--without-trust"], TOOLS, NOW) == 0
    assert "not judged" in capsys.readouterr().out


def test_who_made_the_record_here_need_not_name_its_issuer(
    packed: Path, issuer: Path, files: Files, tmp_path: Path, stranger_issuer: bytes
) -> None:
    own = [stranger_issuer, issuer.read_bytes()]
    assert main([str(packed)], TOOLS, NOW, own) == 0
    # Being somebody else's speaks against no record; naming another issuer does.
    assert main([str(packed)], TOOLS, NOW, [stranger_issuer]) == 3
    named = tmp_path / "stranger.pem"
    named.write_bytes(stranger_issuer)
    assert main([str(packed), "--trust", str(named)], TOOLS, NOW) == 1


def test_strict_tells_an_unjudged_fact_from_one_that_holds_or_fails(
    packed: Path, issuer: Path, files: Files, tmp_path: Path
) -> None:
    bent = tmp_path / "bent.zip"
    bent.write_bytes(package("record-17", {**files, "identity.json": b"{}"}))
    trust = ["--trust", str(issuer)]
    asked = ([str(packed)], [str(packed), *trust], [str(bent)], [str(bent), *trust])
    assert [main([*words, "--strict"], TOOLS, NOW) for words in asked] == [3, 0, 1, 1]


def test_an_archive_stamp_that_has_ended_is_told_and_never_exits_0(
    packed: Path, issuer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(packed), "--trust", str(issuer)]
    assert main(words, TOOLS, LATER) == 3
    said = capsys.readouterr().out
    assert "其后没有续期" in said
    assert "核验通过" not in said
    assert [main([*words, one], TOOLS, LATER) for one in ("--strict", "--without-trust")] == [3, 3]


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-03-01", 0), ("2060-03-01", 3), ("2060-03-01T08:00:00+08:00", 3)],
)
def test_a_moment_may_be_named_to_judge_by(
    moment: str, status: int, packed: Path, issuer: Path
) -> None:
    now = LATER if status == 0 else NOW
    assert main([str(packed), "--trust", str(issuer), "--at", moment], TOOLS, now) == status


def test_a_moment_that_is_none_exits_2(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(packed), "--at", "tomorrow"], TOOLS, NOW)
    assert ended.value.code == 2
    assert "--at" in capsys.readouterr().err


def test_a_record_that_nobody_stamped_has_no_stamp_that_could_end(tmp_path: Path) -> None:
    earlier = load(ROOT / "tests/archive/earlier_record.zip")
    issuer = tmp_path / "earlier.pem"
    issuer.write_bytes(earlier[ISSUER_CERTIFICATE])
    path = str(ROOT / "tests/archive/earlier_record.zip")
    assert main([path, "--trust", str(issuer)], TOOLS, LATER) == 0


def test_a_bent_record_exits_1_and_names_the_file(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bent = {**files, "identity.json": files["identity.json"] + b" "}
    path = tmp_path / "bent.zip"
    path.write_bytes(package("record-17", bent))
    assert main([str(path)], TOOLS, NOW) == 1
    said = capsys.readouterr().out
    assert "核验不通过" in said
    assert "identity.json" in said


def test_no_record_and_no_certificate_exit_2(
    packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    assert main([str(tmp_path / "nothing")], TOOLS, NOW) == 2
    assert main([str(packed), "--trust", str(tmp_path / "nothing")], TOOLS, NOW) == 2
    assert main([str(packed), "--trust", str(text)], TOOLS, NOW) == 2
    assert capsys.readouterr().out == ""


def test_every_fact_has_its_words_in_both_languages(files: Files) -> None:
    codes = [fact.code for fact in verify_files(files, TOOLS).facts]
    assert len(codes) == len(JUDGES)
    assert {*codes, *WHERE_SO} == set(FACTS["zh"]) == set(FACTS["en"])


def test_the_command_starts_without_the_app(packed: Path) -> None:
    """A verdict within a second: most of it would be spent on loading what serves rooms."""
    code = (
        "import sys; from server.__main__ import main; main(['verify', sys.argv[1]]);"
        "sys.exit('server.app' in sys.modules or 'aiortc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(packed)], cwd=ROOT, check=False)
    assert done.returncode == 0
