"""A certificate from elsewhere may name Mr 𬱟; it must not end the inspection."""

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from server.documents import rare_names

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def certificate(name: str) -> asn1.Certificate:
    """Return a certificate that names itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return asn1.Certificate.load(made.public_bytes(Encoding.DER))


@pytest.mark.parametrize("name", ["李𫖮", "𬱟", "王鿏", "䶮㛃", "Zoë  ÄRGER"])
def test_a_name_with_any_character_can_be_compared(name: str) -> None:
    rare_names.allow()
    one, other = certificate(name), certificate(name)
    assert one.subject == other.subject
    assert one.subject.hashable == other.subject.hashable
    assert one.subject != certificate(name + "二").subject


def test_only_short_names_stay_in_memory() -> None:
    rare_names.allow()
    rare_names.kept.cache_clear()
    for length, kept in ((257, 0), (256, 1)):
        one, other = (asn1.Name.build({"common_name": "𬱟" * length}) for _ in range(2))
        assert one == other
        assert rare_names.kept.cache_info().currsize == kept


def test_names_differ_by_more_than_case_and_blanks() -> None:
    rare_names.allow()
    assert certificate("A  𬱟").subject == certificate("a 𬱟").subject
    assert certificate("甲𬱟").subject != certificate("乙𬱟").subject
