# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls
"""Records sealed before each person signed the PDF itself still verify; newer ones stay newer.

`earlier_record.zip` was made by the release before, of a shortened example; `sixteen_digits.zip`
by a later one, whose pages print no more of the check code and whose strokes have times.
"""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys, x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server.archive.reader import load
from server.archive.report_text import as_text
from server.archive.verifier import verify_files, verify_path
from server.documents.keys import key_name
from server.documents.suites import P256Key
from server.documents.typesetting import typeset
from server.domain.canonical import sha256_hex
from server.domain.record import MANIFEST, PDF, manifest_bytes, read_manifest
from server.ports.documents import KeyRef
from server.ports.inspection import EARLIER_SEAL
from tests.archive.attacks.judges import Bend, by_page, by_shell, fingerprint
from tests.archive.example import HEXI, TOOLS, Files, Office, document
from tests.archive.test_verifier import failing, resigned
from tests.documents.example import SEALED_AT

EARLIER = Path(__file__).with_name("earlier_record.zip")
SIXTEEN_DIGITS = Path(__file__).with_name("sixteen_digits.zip")


@pytest.fixture(scope="module")
def earlier() -> dict[str, bytes]:
    return dict(load(EARLIER))


def test_a_record_of_the_earlier_form_holds_in_every_fact_but_those_it_lacks(
    earlier: dict[str, bytes],
) -> None:
    report = verify_path(EARLIER, TOOLS, (earlier["trust/issuer.pem"],))
    assert failing(report) == {}
    lacking = ["pdf_signatures", "archive_stamp", "log_tells", "log_stamped"]
    assert [fact.code for fact in report.unknown] == lacking
    assert report.verified
    assert report.sealed_at == SEALED_AT
    assert len(report.signers) == 4
    assert all(signer.holds for signer in report.signers)
    assert "早先格式的卷宗" in as_text(report, "zh")
    assert "a record of the earlier form" in as_text(report, "en")


def test_a_record_with_sixteen_digits_of_its_check_code_holds_by_all_three(tmp_path: Path) -> None:
    files = Files(load(SIXTEEN_DIGITS))
    issuer = tmp_path / "issuer.pem"
    issuer.write_bytes(files["trust/issuer.pem"])
    report = verify_path(SIXTEEN_DIGITS, TOOLS, (files["trust/issuer.pem"],))
    assert report.verified
    assert [fact.code for fact in report.unknown] == ["log_tells", "container"]
    asked = Bend(zip=SIXTEEN_DIGITS, known=fingerprint(files["trust/issuer.pem"]))
    assert by_page([asked]) == [frozenset()]
    assert by_shell(files, tmp_path / "record", issuer) == frozenset()


def test_what_follows_the_seal_of_an_earlier_record_is_found(
    earlier: dict[str, bytes], office: Office
) -> None:
    bent = resigned({**earlier, PDF: earlier[PDF] + b"\n% more\n"}, office)
    assert failing(verify_files(bent, TOOLS))["seal"] == (PDF,)


def test_a_bit_of_an_earlier_record_is_found(earlier: dict[str, bytes]) -> None:
    bent = bytearray(earlier[PDF])
    bent[len(bent) // 2] ^= 1
    found = failing(verify_files({**earlier, PDF: bytes(bent)}, TOOLS))
    assert {"seal", "intact"} <= set(found)


def test_a_newer_record_sealed_anew_in_the_earlier_form_is_found(
    files: Files, office: Office
) -> None:
    drawn = typeset(document(), office.fonts).pdf
    forged = put_in(files, office, sealed_alone(drawn, office, certify=True), len(drawn))
    report = verify_files(forged, TOOLS)
    assert [fact.code for fact in report.unknown] == ["pdf_signatures", "archive_stamp", "trusted"]
    assert {"same_text", "everybody_signed", "log_tells"} == set(failing(report))


def test_a_newer_record_that_keeps_its_locked_text_never_is_of_the_earlier_form(
    files: Files, office: Office
) -> None:
    locked = files[PDF][: read_manifest(files[MANIFEST]).locked_pdf_size]
    forged = put_in(files, office, sealed_alone(locked, office, certify=False), len(locked))
    report = verify_files(forged, TOOLS)
    assert {"seal", "pdf_signatures"} <= set(failing(report))


def test_a_newer_record_cut_back_to_its_locked_text_is_found(files: Files, office: Office) -> None:
    locked = files[PDF][: read_manifest(files[MANIFEST]).locked_pdf_size]
    report = verify_files(put_in(files, office, locked, len(locked)), TOOLS)
    assert {"seal", "pdf_signatures"} <= set(failing(report))


def test_from_outside_a_newer_record_cut_back_fails_by_its_manifest(
    files: Files, office: Office
) -> None:
    drawn = typeset(document(), office.fonts).pdf
    forged = {**files, PDF: sealed_alone(drawn, office, certify=True)}
    assert PDF in failing(verify_files(forged, TOOLS))["intact"]


def put_in(files: Files, office: Office, pdf: bytes, locked: int) -> dict[str, bytes]:
    """Return the record with this PDF, listed and signed with the committee's own key."""
    manifest = read_manifest(files[MANIFEST])
    digest = sha256_hex(pdf[:locked])
    manifest = replace(manifest, locked_pdf_size=locked, locked_pdf_sha256=digest)
    return resigned({**files, PDF: pdf, MANIFEST: manifest_bytes(manifest)}, office)


def sealed_alone(pdf: bytes, office: Office, *, certify: bool) -> bytes:
    """Return the PDF with the seal as its last signature, as the earlier release made it."""
    folder, name = office.keys.folder, key_name(KeyRef(committee_id=HEXI))
    seal, issuer = ((folder / f"{one}.crt").read_bytes() for one in certificate_names())
    key = office.keys.opened((folder / f"{name}.key").read_bytes(), name)
    assert isinstance(key, P256Key)
    der = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=loaded(seal),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore.from_certs([loaded(issuer)]),
    )
    how = PdfSignatureMetadata(
        field_name=EARLIER_SEAL,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.NO_CHANGES if certify else MDPPerm.FILL_FORMS,
    )
    out = BytesIO()
    sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), how, signer, output=out)
    return out.getvalue()


def certificate_names() -> tuple[str, str]:
    return key_name(KeyRef(committee_id=HEXI)), "issuer-hexi-of-events"


def loaded(pem: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(
        x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    )
