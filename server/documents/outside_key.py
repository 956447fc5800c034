"""Reads a committee's seal out of an authority's PKCS#12 (.pfx, .p12) and looks at it.

Whatever would keep a record from being sealed or verified is found here, before the file is
taken: afterwards the number is given and the agreement in effect.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import PathError, ValidationError

from server.documents.asking import named_in, proofs_of
from server.documents.certificates import UNREADABLE, certificate_der, issued_by
from server.documents.issuers import LONGEST
from server.documents.key_home import HeldKeys
from server.documents.keys import SealRefusedError, key_name
from server.documents.private_files import replace_private
from server.documents.revocation import UnprovenError, expect_proven
from server.documents.seal_profile import expect_profile
from server.documents.seals import list_of
from server.documents.stamp_facts import context_at
from server.documents.suites import SM2, P256Key
from server.documents.to_end import to_end
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.domain.suites import NoSm2Error
from server.ports.documents import KeyRef

CURVES: Mapping[str, str] = {"secp256r1": "P-256"}


@dataclass(frozen=True, slots=True)
class OutsideKey:
    """A key that this server may seal with, its certificate and issuers as PEM, root last."""

    key: P256Key
    certificate: bytes
    chain: tuple[bytes, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return sha256(certificate_der(self.certificate)).hexdigest()

    @property
    def described(self) -> str:
        """Whose certificate it is, who issued it, until when, and its fingerprint."""
        one = x509.load_pem_x509_certificate(self.certificate)
        names = f"{one.subject.rfc4514_string()} ← {one.issuer.rfc4514_string()}"
        return f"{names}, {one.not_valid_after_utc.date().isoformat()}, SHA-256 {self.fingerprint}"


def read_seal(
    content: bytes,
    password: str,
    beside: Sequence[bytes],
    roots: Sequence[bytes],
    at: datetime,
) -> OutsideKey:
    """Return the seal in a PKCS#12, fit to seal with at `at`; SealRefusedError says why not.

    `beside` are issuers (PEM) that came apart from it, `roots` those that are trusted.
    """
    found = _opened(content, password)
    if found.key is None or found.cert is None:
        raise SealRefusedError(reason="no_key" if found.key is None else "no_certificate")
    own = found.cert.certificate
    key = fitting(found.key, own)
    _expect_fit(own, at)
    chain = _chain(
        own, [*(one.certificate for one in found.additional_certs), *_read(beside)], roots
    )
    expect_profile(own, _loaded(own).subject, chain)
    _expect_trusted(own, chain, at)
    _expect_proven(own, chain, at)
    return OutsideKey(key, _pem(own), tuple(_pem(one) for one in chain))


def keep_outside(keys: HeldKeys, committee: CommitteeId, taken: OutsideKey) -> None:
    """Let the committee seal with it from now on; certificates of earlier seals stay.

    Killed before the last step, everything is as it was. The keys of earlier seals go from
    the folder; a token keeps what it has.
    """
    earlier = (keys.beside(list_of(committee)) or b"").decode().split()
    key = f"{key_name(KeyRef(committee_id=committee))}.{taken.fingerprint[:16]}"
    keys.take(key, taken.key)
    replace_private(keys.folder / f"{key}.crt", b"".join((taken.certificate, *taken.chain)))
    every = [*(one for one in earlier if one != key), key]
    replace_private(keys.folder / list_of(committee), "".join(f"{one}\n" for one in every).encode())
    for one in every[:-1]:
        (keys.folder / f"{one}.key").unlink(missing_ok=True)


def _opened(content: bytes, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(content, password.encode() or None)
    except UnsupportedAlgorithm as error:
        if _of_sm2(content, password):
            raise SealRefusedError(reason="key_type", found=SM2.title) from error
        raise SealRefusedError(reason="encryption", said=str(error)) from error
    except ValueError as error:
        said = str(error)
        if "password" in said.lower():
            raise SealRefusedError(reason="password") from error
        raise SealRefusedError(reason="not_pkcs12") from error


def _of_sm2(content: bytes, password: str) -> bool:
    try:
        SM2.opened_key(content, password.encode())
    except (ValueError, NoSm2Error):
        return False
    return True


def fitting(key: object, own: x509.Certificate) -> P256Key:
    """Return the key in the form that signs here; SealRefusedError unless it is certified."""
    kind = _kind(key)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise SealRefusedError(reason="key_type", found=kind)
    made = P256Key(key)
    try:
        certified = own.public_key()
    except (UnsupportedAlgorithm, ValueError) as error:
        raise SealRefusedError(reason="other_key") from error
    if certified != key.public_key():
        raise SealRefusedError(reason="other_key")
    return made


def _kind(key: object) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return CURVES.get(key.curve.name, key.curve.name)
    return type(key).__name__


def _expect_fit(own: x509.Certificate, at: datetime) -> None:
    begin, end = own.not_valid_before_utc, own.not_valid_after_utc
    if not begin <= at <= end:
        days = {"begin": begin.date().isoformat(), "end": end.date().isoformat()}
        raise SealRefusedError(reason="validity", **days)
    if not _may_sign(own):
        raise SealRefusedError(reason="usage")


def _may_sign(own: x509.Certificate) -> bool:
    """Return whether it is for signing, meant as such, and for nothing that an issuer does."""
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return usage.digital_signature and usage.content_commitment and not usage.key_cert_sign


def _read(every: Iterable[bytes]) -> list[x509.Certificate]:
    try:
        return [x509.load_pem_x509_certificate(one) for one in every]
    except UNREADABLE as error:
        raise SealRefusedError(reason="chain_unreadable") from error


def _chain(
    own: x509.Certificate, others: Sequence[x509.Certificate], roots: Sequence[bytes]
) -> list[x509.Certificate]:
    """Return the issuers of a certificate, up to one of the roots."""
    trusted = _read(roots)
    here, chain = own, list[x509.Certificate]()
    while here not in trusted:
        above = next(
            (one for one in (*trusted, *others) if one != here and _issued(here, one)), None
        )
        if above is None or len(chain) == LONGEST:
            raise SealRefusedError(reason="chain", issuer=here.issuer.rfc4514_string())
        chain.append(above)
        here = above
    if not chain:
        raise SealRefusedError(reason="usage")
    return chain


def _issued(one: x509.Certificate, above: x509.Certificate) -> bool:
    return issued_by(_pem(one), _pem(above))


def _expect_trusted(own: x509.Certificate, chain: Sequence[x509.Certificate], at: datetime) -> None:
    """Raise unless the verifiers will find the way: days and purposes of every issuer too."""
    leaf, *above = (_loaded(one) for one in (own, *chain))
    context = context_at(above[-1:], at)
    judged = CertificateValidator(leaf, intermediate_certs=above, validation_context=context)
    try:
        to_end(judged.async_validate_usage({"digital_signature", "non_repudiation"}))
    except (PathError, ValidationError, ValueError, TypeError) as error:
        raise SealRefusedError(reason="path", said=str(error)) from error


def _expect_proven(own: x509.Certificate, chain: Sequence[x509.Certificate], at: datetime) -> None:
    """Raise unless the authority says now that it holds: each seal will have to ask that."""
    leaf, *above = (_loaded(one) for one in (own, *chain))
    silent = next((one for one in (leaf, *above[:-1]) if not named_in(one)), None)
    if silent is not None:
        raise SealRefusedError(reason="no_address", name=silent.subject.human_friendly)
    try:
        expect_proven(leaf, above, to_end(proofs_of((leaf, *above), at)), at)
    except UnprovenError as error:
        name = error.facts.get("certificate", "")
        raise SealRefusedError(reason="unproven", name=name) from error


def _loaded(one: x509.Certificate) -> asn1_x509.Certificate:
    try:
        return asn1_x509.Certificate.load(certificate_der(_pem(one)))
    except InvalidValueError as error:
        raise SealRefusedError(reason="no_certificate") from error


def _pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)
