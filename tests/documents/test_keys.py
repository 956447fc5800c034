import asyncio
import os
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.documents.certificates import (
    NOT_BEGUN,
    YEAR,
    certificate_key,
    certificates,
    issued_by,
    issued_from,
    issuer,
)
from server.documents.issuer import LIFE, EventRequest, LocalIssuer
from server.documents.issuing import serial
from server.documents.key_files import FileKeys, KeyUnreadableError
from server.documents.private_files import LEFT_AFTER, sweep
from server.documents.seals import seal_certificates
from server.documents.signatures import make_signature, to_der, verify_signature
from server.documents.timestamps import LocalTimestamps
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId, StaffId
from server.domain.suites import SM2_SM3
from server.ports.documents import KeyRef
from tests.documents.example import SEALED_AT

HEXI = CommitteeId("hexi")
SU = KeyRef(committee_id=HEXI, staff_id=StaffId("su"))


def test_a_key_is_made_once_and_opens_only_with_its_master(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys", b"m" * 32)
    first = keys.public("seal-hexi")
    assert keys.public("seal-hexi") == first
    with pytest.raises(KeyUnreadableError):
        FileKeys(tmp_path / "keys", b"n" * 32).public("seal-hexi")


def test_a_key_file_moved_to_another_name_does_not_open(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys", b"m" * 32)
    keys.public("staff-a")
    (tmp_path / "keys/staff-a.key").rename(tmp_path / "keys/staff-b.key")
    with pytest.raises(KeyUnreadableError):
        keys.public("staff-b")


def test_no_new_key_is_made_for_the_certificate_of_a_lost_one(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys", b"m" * 32)
    certificates(keys, HEXI, SEALED_AT)
    (tmp_path / "keys/seal-hexi.key").unlink()
    with pytest.raises(KeyUnreadableError):
        make_signature(keys, KeyRef(committee_id=HEXI), b"m")
    assert not (tmp_path / "keys/seal-hexi.key").exists()


def test_the_master_secret_shows_in_no_message(tmp_path: Path) -> None:
    assert "m" * 32 not in repr(FileKeys(tmp_path / "keys", b"m" * 32))


def test_key_files_are_private_and_encrypted(tmp_path: Path) -> None:
    FileKeys(tmp_path / "keys", b"m" * 32).public("seal-hexi")
    file = tmp_path / "keys/seal-hexi.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    asked = ["openssl", "pkcs12", "-in", str(file), "-passin", "pass:", "-nokeys"]
    refused = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert "Mac verify error: invalid password" in refused.stderr
    assert [p.name for p in file.parent.iterdir()] == ["seal-hexi.key"]


def test_what_killed_processes_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    """A part is a second name of the same file: the key itself stays."""
    keys = FileKeys(tmp_path / "keys", b"m" * 32)
    public, folder = keys.public("seal-hexi"), keys.folder
    seal = folder / "seal-hexi.key"
    kept = {"kek", "kek.lock", "pin.refused", "seal-hexi.crt", ".name", ".folder.of.mine"}
    for name in kept:
        (folder / name).write_bytes(b"kept")
    (folder / ".seal-hexi.key.4242").hardlink_to(seal)
    for name in (".staff-a.key.7", ".kek.a1_b2c3d", ".kek.next.zzzzzzzz"):
        (folder / name).write_bytes(b"a part")
    young = folder / ".staff-b.key.4243"
    young.write_bytes(b"being written")
    written = young.stat().st_mtime
    now = datetime.fromtimestamp(written, UTC)
    for path in set(folder.iterdir()) - {young}:
        os.utime(path, (written - LEFT_AFTER - 1,) * 2)
    assert sweep(folder, now) == 4
    assert {path.name for path in folder.iterdir()} == {*kept, seal.name, young.name}
    assert keys.public("seal-hexi") == public
    assert sweep(folder / "nowhere", now) == 0


def test_the_sweep_minds_no_part_that_another_process_has_just_finished_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".staff-a.key.7").write_bytes(b"a part")
    (tmp_path / ".staff-b.key.8").mkdir()
    later = datetime.fromtimestamp(tmp_path.stat().st_mtime + 2 * LEFT_AFTER, UTC)
    seen = Path.lstat

    def gone(path: Path) -> os.stat_result:
        if path.name == ".staff-a.key.7":
            path.unlink(missing_ok=True)
        return seen(path)

    monkeypatch.setattr(Path, "lstat", gone)
    assert sweep(tmp_path, later) == 0


def test_identifiers_cannot_leave_the_key_folder(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys", b"m" * 32)
    make_signature(keys, KeyRef(committee_id=CommitteeId("../../etc/x")), b"m")
    assert [p.parent for p in tmp_path.rglob("*.key")] == [tmp_path / "keys"]


def test_staff_and_seal_sign_with_different_keys_that_anyone_can_check(keys: FileKeys) -> None:
    seal = make_signature(keys, KeyRef(committee_id=HEXI), b"statement")
    staff = make_signature(keys, SU, b"statement")
    assert seal.public_key != staff.public_key
    assert verify_signature(seal.public_key, b"statement", seal.signature)
    assert not verify_signature(staff.public_key, b"statement", seal.signature)
    assert not verify_signature(seal.public_key, b"statements", seal.signature)


def test_a_server_signature_never_changes(keys: FileKeys) -> None:
    assert make_signature(keys, SU, b"statement") == make_signature(keys, SU, b"statement")


def test_a_phones_raw_signature_is_checked_and_kept_as_der() -> None:
    phone = ec.generate_private_key(ec.SECP256R1())
    der = phone.sign(b"statement", ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    raw = r.to_bytes(32) + s.to_bytes(32)
    public = phone.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert verify_signature(public, b"statement", raw)
    assert to_der(raw) == der == to_der(der)


def test_other_curves_and_rubbish_are_no_signatures() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    public = other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = other.sign(b"m", ec.ECDSA(hashes.SHA256()))
    assert not verify_signature(public, b"m", signature)
    assert not verify_signature(b"rubbish", b"m", signature)
    assert not verify_signature(public, b"m", b"\0" * 64)
    with pytest.raises(InvalidValueError):
        to_der(b"rubbish")


def test_the_issuer_is_honest_about_itself(keys: FileKeys) -> None:
    seal, issuer = certificates(keys, HEXI, SEALED_AT)
    assert certificates(keys, HEXI, SEALED_AT + timedelta(days=1)) == (seal, issuer)
    certificate = x509.load_pem_x509_certificate(seal)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(issuer))
    assert "SERVER-ISSUED" in certificate.issuer.rfc4514_string()
    assert certificate.subject.rfc4514_string().isascii()


def test_an_issuer_of_an_earlier_release_keeps_its_file_and_lends_its_key(keys: FileKeys) -> None:
    earlier = keys.folder / "issuer-hexi.crt"
    key = keys.public("issuer-hexi")
    earlier.write_bytes(b"what older records were sealed under")
    seal, issuer = certificates(keys, HEXI, SEALED_AT)
    assert earlier.read_bytes() == b"what older records were sealed under"
    assert certificate_key(issuer) == key
    assert issued_by(seal, issuer)
    assert x509.load_pem_x509_certificate(issuer).serial_number != serial(key)


@pytest.mark.parametrize("years", [0, 15, 39, 40])
def test_no_certificate_outlives_its_issuer(keys: FileKeys, tmp_path: Path, years: int) -> None:
    own = FileKeys(tmp_path / "keys", b"m" * 32)
    top = issued_from(issuer(own, HEXI, SEALED_AT)).not_valid_after
    late = min(SEALED_AT + years * YEAR, top - timedelta(hours=1))
    request = EventRequest(
        committee_id=HEXI,
        role="party",
        pseudonym="p-1",
        public_key=keys.public("a phone"),
        statement_sha256="0" * 64,
        at=late,
    )
    made = LocalIssuer(own).issue(request)
    seals = seal_certificates(own, HEXI, late, SM2_SM3)
    stamp = asyncio.run(LocalTimestamps(own).stamper(HEXI, late)._evidence())
    assert seals.pdf_seal is not None
    issued = (made.certificate, made.chain[0], seals.seal, *seals.pdf_seal, stamp.certificate)
    ends = [issued_from(one).not_valid_after for one in issued]
    assert all(late < end <= top for end in ends)
    assert ends[0] <= min(ends[1], issued_from(made.certificate).not_valid_before + LIFE)
    # The last ones end with the issuer: a next key would last no longer.
    assert [path.name for path in own.folder.glob("stamps-*.crt")] == ["stamps-hexi.crt"]


def test_a_certificate_for_one_signing_lives_a_day_and_began_an_hour_before(
    keys: FileKeys,
) -> None:
    request = EventRequest(
        committee_id=HEXI,
        role="party",
        pseudonym="p-1",
        public_key=keys.public("a phone"),
        statement_sha256="0" * 64,
        at=SEALED_AT,
    )
    made = issued_from(LocalIssuer(keys).issue(request).certificate)
    assert made.not_valid_before == SEALED_AT - timedelta(hours=1)
    assert made.not_valid_after - made.not_valid_before == timedelta(hours=24)


@pytest.mark.parametrize("ahead", [timedelta(minutes=59), timedelta(days=1)])
def test_a_certificate_that_has_not_begun_stays_and_the_log_names_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, ahead: timedelta
) -> None:
    own = FileKeys(tmp_path / "keys", b"m" * 32)
    made = certificates(own, HEXI, SEALED_AT + ahead)
    assert certificates(own, HEXI, SEALED_AT) == made
    named = {one.args[0] for one in caplog.records if one.msg == NOT_BEGUN and one.args}  # type: ignore[index]
    late = {"issuer-hexi-of-events.crt", "seal-hexi.crt"}
    assert named == (late if ahead > timedelta(hours=1) else set())


def test_openssl_accepts_the_chain(keys: FileKeys, tmp_path: Path) -> None:
    seal, issuer = certificates(keys, HEXI, SEALED_AT)
    (tmp_path / "seal.pem").write_bytes(seal)
    (tmp_path / "issuer.pem").write_bytes(issuer)
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "issuer.pem", "seal.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "seal.pem: OK\n", done.stderr
