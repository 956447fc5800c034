"""Records in two suites before three verifiers: who knows no SM2 says so, and passes nothing."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from server.archive.package import package
from server.domain.record import PDF_SEAL_CERTIFICATE, SEAL_CERTIFICATE
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import (
    BUILT_PAGE,
    NODE,
    RUNNER,
    SCRIPT,
    Bend,
    by_heyi,
    by_page,
    by_shell,
    fingerprint,
)
from tests.archive.example import Files, Office
from tests.archive.sm2_record import sm2_parts
from tests.archive.test_verifier import resigned, written

SU, JIANG = (f"signatures/staff-{who}/signature.bin" for who in ("su", "jiang"))
IN_SM2 = (
    "certificate of the PDF's SM2 seal",
    "signature 签名 staff-su",
    "signature 签名 staff-jiang",
)
OPEN_TO_THE_PAGE = {
    *("signatures", "everybody_signed", "pdf_signatures", "seal", "seal_chain", "certificates")
}


@pytest.fixture(scope="module")
def mixed(office: Office) -> Files:
    return sealed(sm2_parts(office), office)[0]


@pytest.fixture(scope="module")
def swapped(mixed: Files, office: Office) -> dict[str, bytes]:
    """The record with the signatures of mediator and recorder exchanged."""
    return resigned({**mixed, SU: mixed[JIANG], JIANG: mixed[SU]}, office)


def unjudged_by_page(path: Path) -> set[str]:
    asked = Bend(zip=path).line()
    done = subprocess.run(
        [NODE, str(RUNNER), str(BUILT_PAGE)],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    return {one["code"] for one in json.loads(done.stdout)["facts"] if one["holds"] is None}


def lines(files: dict[str, bytes], folder: Path, path: str = os.defpath) -> list[str]:
    """Return what verify.sh says."""
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT), "", str(written(files, folder))],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": path, "LANG": "C.UTF-8"},
    )
    return done.stdout.splitlines()


def marked(said: list[str], mark: str) -> list[str]:
    return [line[8:] for line in said if line.startswith(mark)]


def test_nothing_fails_and_the_page_leaves_sm2_unjudged(mixed: Files, tmp_path: Path) -> None:
    path = tmp_path / "mixed.zip"
    path.write_bytes(package("record-17", mixed))
    assert by_heyi(mixed) == frozenset()
    assert by_page([Bend(zip=path)]) == [frozenset()]
    assert unjudged_by_page(path) >= OPEN_TO_THE_PAGE
    said = lines(mixed, tmp_path / "record")
    assert marked(said, "FAILED") == []
    for line in IN_SM2:
        assert any(one.startswith(line) for one in marked(said, "OK"))


def test_exchanged_signatures_fail_where_sm2_is_known(
    swapped: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "swapped.zip"
    path.write_bytes(package("record-17", swapped))
    assert "signatures" in by_heyi(swapped)
    assert by_shell(swapped, tmp_path / "record") == {"signatures"}
    assert {"signatures", "everybody_signed"} <= unjudged_by_page(path)


def test_another_seal_beside_the_pdf_fails(mixed: Files, office: Office, tmp_path: Path) -> None:
    other = resigned({**mixed, PDF_SEAL_CERTIFICATE: mixed[SEAL_CERTIFICATE]}, office)
    path = tmp_path / "other.zip"
    path.write_bytes(package("record-17", other))
    assert by_heyi(other) == {"seal_chain"}
    assert by_page([Bend(zip=path)]) == [{"seal_chain"}]
    assert by_shell(other, tmp_path / "record") == {"certificate"}


def test_a_shell_without_sm2_passes_none_of_it(
    mixed: Files, swapped: dict[str, bytes], tmp_path: Path
) -> None:
    bin_, openssl = tmp_path / "bin", tmp_path / "bin" / "openssl"
    bin_.mkdir()
    refuses = 'case "$*" in *SM2*|*sm3*|*distid*) exit 1;; esac'
    openssl.write_text(f'#!/bin/sh\n{refuses}\nPATH={os.defpath} exec openssl "$@"\n')
    openssl.chmod(0o755)
    for name, files in (("mixed", dict(mixed)), ("swapped", swapped)):
        said = lines(files, tmp_path / name, f"{bin_}:{os.defpath}")
        assert marked(said, "FAILED") == []
        for line in IN_SM2:
            assert not any(one.startswith(line) for one in marked(said, "OK"))
            assert any(one.startswith(line) and "SM2" in one for one in marked(said, "?"))


def test_a_signature_in_the_pdf_by_another_key_fails(office: Office, tmp_path: Path) -> None:
    files = sealed(sm2_parts(office, {"staff-su": "staff-jiang"}), office)[0]
    path = tmp_path / "another.zip"
    path.write_bytes(package("record-17", files))
    assert by_heyi(files) == {"pdf_signatures"}
    assert by_page([Bend(zip=path)]) == [frozenset()]
    assert "pdf_signatures" in unjudged_by_page(path)
    assert by_shell(files, tmp_path / "record") == {"pdf_signatures"}
    blind = tmp_path / "blind.sh"  # whoever believes each signature in SM2 does not notice
    check = 'by_sm2 -verify -pubin -inkey "$1.pub"'
    assert check in SCRIPT.read_text()
    blind.write_text(SCRIPT.read_text().replace(check, "true"))
    assert by_shell(files, tmp_path / "again", "", blind) == frozenset()


def test_a_fingerprint_known_is_no_word_against_sm2(
    mixed: Files, anchor: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.zip"
    path.write_bytes(package("record-17", mixed))
    asked = Bend(zip=path, known=fingerprint(anchor.read_bytes()))
    assert by_page([asked]) == [frozenset()]
    assert by_shell(mixed, tmp_path / "record", anchor) == frozenset()
