"""Certificates under which every verifier would refuse a record for ever are not taken."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from server.documents.keys import SealRefusedError
from server.documents.outside_key import OutsideKey, read_seal
from server.documents.seal_words import say
from server.documents.signature_facts import by_signer
from tests.documents.seal_authority import OFFICE, PASSWORD, SIGNS, made_key, named, pem, usage

NOW = datetime.now(UTC).replace(microsecond=0)
RSA = rsa.generate_private_key(65537, 2048)


@dataclass
class Odd:
    """An authority that certifies a seal below its root, in whatever way is asked."""

    root_key: Any = None
    critical: bool = True
    usage: bool = True
    own: bool = True
    above: bool = True
    pss: bool = False
    common: tuple[x509.NameAttribute[str], ...] = (x509.NameAttribute(NameOID.COMMON_NAME, OFFICE),)

    def taken(self) -> OutsideKey:
        """Hand out a seal, and take it."""
        key, by = made_key(), self.root_key or made_key()
        root, seal = self.root(by), self.seal(key, by)
        encryption = BestAvailableEncryption(PASSWORD.encode())
        content = pkcs12.serialize_key_and_certificates(b"", key, seal, [root], encryption)
        return read_seal(content, PASSWORD, [], [pem(root)], NOW)

    def root(self, by: Any) -> x509.Certificate:
        made = self._begun(named("Odd house"), by)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), self.critical)
        if self.usage:
            made = made.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        if self.own:
            own = x509.SubjectKeyIdentifier.from_public_key(by.public_key())
            made = made.add_extension(own, critical=False)
        return self._signed(made, by)

    def seal(self, key: Any, by: Any) -> x509.Certificate:
        made = self._begun(x509.Name(self.common), key)
        made = made.add_extension(usage(**SIGNS), critical=True)
        if self.above:
            above = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
            made = made.add_extension(above, critical=False)
        return self._signed(made, by)

    def _begun(self, of: x509.Name, key: Any) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder(named("Odd house"), of, key.public_key(), 7)
        day = timedelta(days=1)
        return made.not_valid_before(NOW - day).not_valid_after(NOW + 99 * day)

    def _signed(self, made: x509.CertificateBuilder, by: Any) -> x509.Certificate:
        if isinstance(by, ed25519.Ed25519PrivateKey):
            return made.sign(by, None)
        if self.pss:
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            return made.sign(by, hashes.SHA256(), rsa_padding=salted)
        return made.sign(by, hashes.SHA256())


def common(text: str, kind: _ASN1Type = _ASN1Type.UTF8String) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, text, _type=kind)


ODD = {
    "limits not critical": (Odd(critical=False), "issuer"),
    "an issuer for nothing": (Odd(usage=False), "issuer"),
    "no subject key identifier": (Odd(own=False), "identifiers"),
    "no authority key identifier": (Odd(above=False), "identifiers"),
    "RSA-PSS": (Odd(root_key=RSA, pss=True), "algorithm"),
    "P-521": (Odd(root_key=ec.generate_private_key(ec.SECP521R1())), "algorithm"),
    "two names": (Odd(common=(common("one"), common("two"))), "subject"),
    "no name": (Odd(common=(x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),)), "subject"),
    "BMPString": (Odd(common=(common(OFFICE, _ASN1Type.BMPString),)), "subject"),
}
EVEN = {
    "P-256": Odd(),
    "P-384": Odd(root_key=ec.generate_private_key(ec.SECP384R1())),
    "RSA": Odd(root_key=RSA),
    "PrintableString": Odd(common=(common("Seal", _ASN1Type.PrintableString),)),
}


@pytest.mark.parametrize("how", ODD)
async def test_what_no_verifier_would_take_is_refused_in_words(how: str) -> None:
    odd, reason = ODD[how]
    with pytest.raises(SealRefusedError) as refused:
        await asyncio.to_thread(odd.taken)
    assert refused.value.reason == reason
    assert "{" not in "".join(say(refused.value))


@pytest.mark.parametrize("how", EVEN)
async def test_what_all_take_is_looked_at_further(how: str) -> None:
    with pytest.raises(SealRefusedError) as refused:
        await asyncio.to_thread(EVEN[how].taken)
    assert refused.value.reason == "no_address"  # which is asked last


def test_ed25519_certifies_no_seal() -> None:
    with pytest.raises(SealRefusedError):
        Odd(root_key=ed25519.Ed25519PrivateKey.generate()).taken()


def test_a_certificate_with_two_names_is_read_and_is_no_signers() -> None:
    two = Odd(common=(common("one"), common("two"))).seal(made_key(), made_key())
    assert not by_signer("sign:one", asn1_x509.Certificate.load(two.public_bytes(Encoding.DER)))
