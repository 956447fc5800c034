"""A record in two suites: `heyi verify` judges it whole and says which is which."""

import asyncio
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from server.archive.cli import main
from server.archive.guide import guide
from server.archive.making import sign_files
from server.archive.package import package
from server.archive.report_text import as_json, as_text
from server.archive.verifier import verify_files
from server.documents.inspection import inspect
from server.domain.record import (
    PDF_SEAL_CERTIFICATE,
    PDF_SEAL_ISSUER,
    SEAL_CERTIFICATE,
    RecordParts,
    record_files,
)
from server.domain.suites import P256_SHA256, SM2_SM3, NoSm2Error
from tests.archive.example import TOOLS as PLAIN_TOOLS, Files, Office
from tests.archive.sm2_record import sm2_parts
from tests.archive.test_verifier import failing, resigned
from tests.documents.example import SEALED_AT

TOOLS = replace(PLAIN_TOOLS, inspect=cache(inspect))
SU = "signatures/staff-su"


@pytest.fixture(scope="module")
def sm2(office: Office) -> RecordParts:
    return sm2_parts(office)


@pytest.fixture(scope="module")
def mixed(sm2: RecordParts, office: Office) -> Files:
    made = record_files(sm2, guide())
    return Files(asyncio.run(sign_files(sm2, made, office.sign)))


def test_it_holds_in_every_fact_and_says_who_signed_in_what(mixed: Files, sm2: RecordParts) -> None:
    report = verify_files(mixed, TOOLS, (sm2.issuer_certificate,))
    assert failing(report) == {}
    assert report.unknown == ()
    assert [one.suite for one in report.signers] == [P256_SHA256] * 2 + [SM2_SM3] * 2
    (seal,) = [dict(fact.facts) for fact in report.facts if fact.code == "seal"]
    assert seal["suite"] == SM2_SM3
    assert report.suites == (SM2_SM3, P256_SHA256)
    said = as_text(report, "zh")
    assert said.count("（SM2/SM3）") == 3
    assert said.count("（P-256/SHA-256）") == 2
    signers = as_json(report)["signers"]
    assert isinstance(signers, list)
    assert signers[-1]["suite"] == SM2_SM3


@pytest.mark.parametrize("name", ["statement.json", "signature.bin"])
def test_a_flipped_byte_of_what_staff_signed_fails(name: str, mixed: Files, office: Office) -> None:
    bent = bytearray(mixed[f"{SU}/{name}"])
    bent[-5] ^= 1
    report = verify_files(resigned({**mixed, f"{SU}/{name}": bytes(bent)}, office), TOOLS)
    assert {"signatures", "everybody_signed"} <= set(failing(report))


def test_exchanged_signatures_of_staff_fail(mixed: Files, office: Office) -> None:
    other = SU.replace("su", "jiang")
    swapped = {
        f"{SU}/signature.bin": mixed[f"{other}/signature.bin"],
        f"{other}/signature.bin": mixed[f"{SU}/signature.bin"],
    }
    report = verify_files(resigned({**mixed, **swapped}, office), TOOLS)
    assert len(failing(report)["signatures"]) == 2


def test_the_seal_in_the_pdf_needs_its_own_chain(
    mixed: Files, office: Office, sm2: RecordParts
) -> None:
    without = {n: c for n, c in mixed.items() if n != PDF_SEAL_CERTIFICATE}
    other = {**mixed, PDF_SEAL_CERTIFICATE: mixed[SEAL_CERTIFICATE]}
    alone = {**mixed, PDF_SEAL_ISSUER: mixed[PDF_SEAL_CERTIFICATE]}
    assert failing(verify_files(resigned(without, office), TOOLS)) == {
        "seal_chain": (SEAL_CERTIFICATE,)
    }
    for bent in (other, alone):
        assert failing(verify_files(resigned(bent, office), TOOLS)) == {
            "seal_chain": (PDF_SEAL_CERTIFICATE,)
        }


def test_a_signers_certificate_is_no_seal(mixed: Files, office: Office) -> None:
    keys = office.keys.folder
    between = (keys / "sm2-events-hexi.crt").read_bytes()
    bent = {**mixed, PDF_SEAL_CERTIFICATE: between, PDF_SEAL_ISSUER: between}
    assert set(failing(verify_files(resigned(bent, office), TOOLS))) == {"seal_chain"}


def test_a_machine_without_sm2_says_so_and_judges_nothing(
    mixed: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def lacking() -> None:
        raise NoSm2Error(reason="built_without")

    monkeypatch.setattr("server.documents.sm2.loaded", lacking)
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", mixed))
    assert main([str(path)], PLAIN_TOOLS, SEALED_AT) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "SM2" in said.err
