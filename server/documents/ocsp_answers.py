"""Reads answers of OCSP (RFC 6960): what an authority says of one certificate at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from asn1crypto import algos, core, ocsp, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.ocsp import OCSPRequestBuilder, load_der_ocsp_response

from server.documents.suite_validator import SuiteValidator

Says = Literal["good", "revoked", "unknown", ""]
"""Of a certificate; empty where it is about another, or by nobody who may say so."""

AT_ONCE: Final = timedelta(minutes=10)
"""An answer without an end is of the moment (4.2.2.1); so far clocks may be apart."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Proof: what a response says of one certificate."""

    basic: ocsp.BasicOCSPResponse
    about: ocsp.SingleResponse

    @property
    def begins(self) -> datetime:
        moment: datetime = self.about["this_update"].native
        return moment

    @property
    def ends(self) -> datetime:
        """When it says, or soon where it says nothing."""
        moment: datetime | None = self.about["next_update"].native
        return moment or self.begins + AT_ONCE

    def says(self, one: x509.Certificate, issuers: Sequence[x509.Certificate]) -> Says:
        if not self._names(one):
            return ""
        if issuers and not any(self._by(issuer) for issuer in issuers):
            return ""
        said: Says = self.about["cert_status"].name
        return said

    def _names(self, one: x509.Certificate) -> bool:
        named = self.about["cert_id"]
        hashed = _hashed(named, one.issuer.dump())
        return (named["serial_number"].native, named["issuer_name_hash"].native) == (
            one.serial_number,
            hashed,
        )

    def _by(self, issuer: x509.Certificate) -> bool:
        """Return whether that issuer, or somebody it names for this, signed (4.2.2.2)."""
        named = self.about["cert_id"]
        key = bytes(issuer.public_key["public_key"])
        if named["issuer_key_hash"].native != _hashed(named, key):
            return False
        if _signed(self.basic, issuer):
            return True
        return any(
            _may_answer(one, issuer, self._made) and _signed(self.basic, one)
            for one in self._beside
        )

    @property
    def _made(self) -> datetime:
        moment: datetime = self.basic["tbs_response_data"]["produced_at"].native
        return moment

    @property
    def _beside(self) -> Iterator[x509.Certificate]:
        yield from self.basic["certs"] or ()


def answers_in(der: bytes) -> list[Answer]:
    """Return the answers in a response; ValueError for what is none, or says nothing.

    A critical extension that is not known here makes it say nothing (4.4).
    """
    load_der_ocsp_response(der)
    response = ocsp.OCSPResponse.load(der, strict=True)
    if response["response_status"].native != "successful":
        raise ValueError("no answer")
    basic = response.basic_ocsp_response
    told = basic["tbs_response_data"]
    answers = [Answer(basic, one) for one in told["responses"]]
    every = [told["response_extensions"], *(one.about["single_extensions"] for one in answers)]
    if any(extension["critical"].native for one in every for extension in one or ()):
        raise ValueError("unknown extension")
    return answers


def is_response(der: bytes) -> bool:
    """Return whether it is a response of OCSP, and no list of the revoked."""
    try:
        load_der_ocsp_response(der)
    except ValueError:
        return False
    return True


def question(one: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return the request about a certificate as DER.

    It names the issuer by SHA-1, which every responder knows, and no nonce: many answers are made
    beforehand, and how old one may be its own times say.
    """
    asked, above = (load_der_x509_certificate(each.dump()) for each in (one, issuer))
    # Only a name for the issuer, not a signature's digest.
    built = OCSPRequestBuilder().add_certificate(asked, above, SHA1())  # noqa: S303
    return built.build().public_bytes(Encoding.DER)


def _hashed(named: ocsp.CertId, content: bytes) -> bytes | None:
    """Return the digest by the algorithm that the answer names; None for one not known here."""
    try:
        return hashlib.new(named["hash_algorithm"]["algorithm"].native, content).digest()
    except (ValueError, TypeError):
        return None


def _may_answer(one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    purposes = one.extended_key_usage_value
    if purposes is None or "ocsp_signing" not in purposes.native or one.issuer != issuer.subject:
        return False
    alive = one.not_valid_before <= at <= one.not_valid_after
    parts = one["signature_value"], one["tbs_certificate"], one["signature_algorithm"]
    return alive and _holds(*parts, issuer)


def _signed(basic: ocsp.BasicOCSPResponse, by: x509.Certificate) -> bool:
    parts = basic["signature"], basic["tbs_response_data"], basic["signature_algorithm"]
    return _holds(*parts, by)


def _holds(
    signature: core.BitString,
    signed: core.Sequence,
    algorithm: algos.SignedDigestAlgorithm,
    by: x509.Certificate,
) -> bool:
    try:
        SuiteValidator().validate_signature(
            signature.native, signed.dump(), by.public_key, algorithm
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
