"""A PDF that parties sign on P-256, and staff and seal in SM2: every signature holds apart."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed

from server.documents.certificates import certificate_key, certificates, issued_by
from server.documents.inspection import inspect
from server.documents.key_files import FileKeys, spki
from server.documents.sealing import apply_seal
from server.documents.signatures import make_signature, server_key, verify_signature
from server.documents.signing import Desk, sign_here
from server.domain.ids import CommitteeId, StaffId
from server.domain.suites import P256_SHA256, SM2_SM3
from server.ports.documents import KeyRef, LockedPdf, SealedPdf
from server.ports.inspection import PdfFacts
from tests.documents.example import SEALED_AT, example
from tests.documents.sealing import seal_order as order, sign_order, signature
from tests.documents.test_chain import judged
from tests.documents.test_sealing import painted_over
from tests.support.signers import signer_ids

HEXI = CommitteeId("hexi")
IDENTITY = ("-vfyopt", "distid:1234567812345678")


@pytest.fixture(scope="module")
def signed(desk: Desk, locked: LockedPdf) -> bytes:
    """Everybody's signature: two phones on P-256, mediator and recorder in SM2."""
    pdf = locked.pdf
    for number, signer in enumerate(signer_ids(example())):
        if signer.startswith("staff-"):
            ref = KeyRef(committee_id=HEXI, staff_id=StaffId(signer))
            key = server_key(desk.keys, ref, SM2_SM3)
            pdf += sign_here(sign_order(example(), pdf, number, key), ref, desk)
        else:
            own = ec.generate_private_key(ec.SECP256R1())
            pdf += signature(desk, sign_order(example(), pdf, number, spki(own)), own)
    return pdf


@pytest.fixture(scope="module")
def mixed(desk: Desk, signed: bytes) -> SealedPdf:
    return apply_seal(replace(order(example(), signed), suite=SM2_SM3), desk)


@pytest.fixture(scope="module")
def facts(locked: LockedPdf, mixed: SealedPdf) -> PdfFacts:
    return inspect(mixed.pdf, len(locked.pdf), [mixed.issuer_certificate])


def test_each_signature_holds_and_says_its_suite(facts: PdfFacts) -> None:
    assert [one.suite for one in facts.each] == [P256_SHA256] * 3 + [SM2_SM3] * 3
    assert all(one.holds and one.trusted for one in facts.each)
    assert {one.level for one in facts.each} == {"B-LTA"}
    assert facts.signer == "COMMITTEE-SEAL hexi"
    assert (facts.covers_all, facts.modification) == (True, "lta_updates")
    assert facts.only_blanks_filled


@pytest.mark.parametrize("year", [2027, 2035])
def test_years_later_it_proves_itself_in_both_suites(mixed: SealedPdf, year: int) -> None:
    assert judged(mixed, datetime(year, 6, 1, tzinfo=UTC)) == [AdESPassed.OK] * 6


def test_it_is_signed_over_sm3_and_stamped_over_sha256(mixed: SealedPdf) -> None:
    signed = PdfFileReader(BytesIO(mixed.pdf)).embedded_regular_signatures
    assert [one.external_md_algorithm for one in signed] == ["sha256"] * 3 + ["sm3"] * 3
    said = {_imprint(one.signer_info) for one in signed}
    assert said == {"sha256"}


def _imprint(signer: cms.SignerInfo) -> str:
    found = (one for one in signer["unsigned_attrs"] if one["type"].native.endswith("token"))
    stamp = next(found)["values"][0]["content"]["encap_content_info"]["content"].parsed
    return str(stamp["message_imprint"]["hash_algorithm"]["algorithm"].native)


def test_a_reader_without_sm2_verifies_the_parties(
    mixed: SealedPdf, locked: LockedPdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.documents.sm2.verify", lambda *_: False)
    found = inspect(mixed.pdf, len(locked.pdf), [mixed.issuer_certificate])
    assert [one.valid for one in found.each] == [True] * 3 + [False] * 3
    assert [one.trusted for one in found.each] == [True] * 3 + [False] * 3
    assert found.covers_all


def test_a_flipped_byte_is_caught(mixed: SealedPdf, locked: LockedPdf) -> None:
    place = mixed.pdf.rindex(b"/Contents <", 0, mixed.pdf.rindex(b"/DocTimeStamp")) + 2000
    for where in (9000, place):
        bent = bytearray(mixed.pdf)
        bent[where] ^= 1
        found = inspect(bytes(bent), len(locked.pdf), [mixed.issuer_certificate])
        assert not found.readable or not all(one.holds for one in found.each)


def test_an_overlay_is_caught(mixed: SealedPdf, locked: LockedPdf) -> None:
    found = inspect(painted_over(mixed.pdf), len(locked.pdf), [mixed.issuer_certificate])
    assert not any(one.unchanged for one in found.each)


def test_exchanged_signatures_are_caught(mixed: SealedPdf, locked: LockedPdf) -> None:
    bent = mixed.pdf
    mediator, recorder = (_value(bent, n) for n in (3, 4))
    for old, new in ((mediator, recorder), (recorder, mediator)):
        place = mixed.pdf.index(old)
        bent = bent[:place] + new + bent[place + len(old) :]
    found = inspect(bent, len(locked.pdf), [mixed.issuer_certificate])
    assert not found.readable or not any(one.holds for one in found.each[3:5])


def _value(pdf: bytes, number: int) -> bytes:
    """Return a signature's placeholder, filled, as it stands in the file."""
    first, end, other, _ = PdfFileReader(BytesIO(pdf)).embedded_signatures[number].byte_range
    return pdf[int(first) + int(end) : int(other)]


def test_the_chain_ends_in_the_one_issuer_everybody_trusts(
    desk: Desk, mixed: SealedPdf, tmp_path: Path
) -> None:
    keys = desk.keys
    assert isinstance(keys, FileKeys)
    (between, seal) = (
        (keys.folder / f"{name}.crt").read_bytes() for name in ("sm2-issuer-hexi", "sm2-seal-hexi")
    )
    assert seal == mixed.seal_certificate
    assert issued_by(seal, between)
    assert issued_by(between, mixed.issuer_certificate)
    assert not issued_by(seal, mixed.issuer_certificate)
    assert not issued_by(between, seal)
    assert certificate_key(seal) == keys.public("sm2-seal-hexi")
    for name, pem in (("seal", seal), ("between", between), ("top", mixed.issuer_certificate)):
        (tmp_path / name).write_bytes(pem)
    whole = ("-CAfile", "top", "-untrusted", "between")
    assert _openssl_verifies(tmp_path, *whole, "seal")
    assert _openssl_verifies(tmp_path, "-partial_chain", "-CAfile", "between", "seal")
    (tmp_path / "seal").write_bytes(certificates(keys, HEXI, SEALED_AT)[0])
    assert not _openssl_verifies(tmp_path, "-partial_chain", "-CAfile", "between", "seal")


def _openssl_verifies(folder: Path, *rest: str) -> bool:
    command = ("openssl", "verify", "-x509_strict", "-no_check_time", *IDENTITY, *rest)
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_staff_sign_in_the_setting_but_the_log_and_manifests_on_p256(keys: FileKeys) -> None:
    staff = KeyRef(committee_id=HEXI, staff_id=StaffId("su"))
    for ref, suite in (
        (staff, SM2_SM3),
        (KeyRef(committee_id=HEXI), P256_SHA256),
        (KeyRef(committee_id=None), P256_SHA256),
    ):
        made = make_signature(keys, ref, b"statement", SM2_SM3)
        assert made.suite == suite
        assert made.public_key == server_key(keys, ref, SM2_SM3)
        assert verify_signature(made.public_key, b"statement", made.signature)
        assert not verify_signature(made.public_key, b"statements", made.signature)


def test_an_earlier_statement_is_signed_in_its_own_suite(desk: Desk, locked: LockedPdf) -> None:
    ref = KeyRef(committee_id=HEXI, staff_id=StaffId("staff-su"))
    first = sign_order(example(), locked.pdf, 2, server_key(desk.keys, ref))
    pdf = locked.pdf + sign_here(first, ref, desk)
    (_, found) = inspect(pdf, len(locked.pdf), []).each
    assert (found.suite, found.holds) == (P256_SHA256, True)


def test_keys_of_both_suites_take_another_master_secret(tmp_path: Path) -> None:
    old, new = FileKeys(tmp_path, b"o" * 32), FileKeys(tmp_path, b"n" * 32)
    before = {name: old.public(name) for name in ("seal-hexi", "sm2-seal-hexi")}
    assert old.rekey(new) == len(before)
    assert {name: new.public(name) for name in before} == before
