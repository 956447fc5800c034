"""Reads lists of the revoked (RFC 5280, 5 and 6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, crl, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_der_x509_crl

from server.documents.ocsp_answers import Says
from server.documents.suite_validator import SuiteValidator

_SCOPE = "issuing_distribution_point"
_IN_PART = ("indirect_crl", "only_contains_attribute_certs", "only_some_reasons")


@dataclass(frozen=True, slots=True)
class Listed:
    """Proof: a list of those that an issuer has revoked."""

    content: crl.CertificateList

    @property
    def begins(self) -> datetime:
        moment: datetime = self.content["tbs_cert_list"]["this_update"].native
        return moment

    @property
    def ends(self) -> datetime:
        """As it begins, where the list says nothing of its end."""
        moment: datetime | None = self.content["tbs_cert_list"]["next_update"].native
        return moment or self.begins

    def says(self, one: x509.Certificate, issuers: Sequence[x509.Certificate]) -> Says:
        listed = self.content
        if listed.issuer != one.issuer or not _about(listed, one):
            return ""
        if issuers and not any(_signed(listed, issuer) for issuer in issuers):
            return ""
        return "good" if _clears(listed, one) else "revoked"


def read_list(der: bytes) -> Listed:
    """Return a list of the revoked; ValueError for what is none."""
    load_der_x509_crl(der)
    return Listed(crl.CertificateList.load(der, strict=True))


def _about(listed: crl.CertificateList, one: x509.Certificate) -> bool:
    """Return whether the certificate is within the list's scope (RFC 5280, 5.2.5)."""
    scope = listed.issuing_distribution_point_value
    if listed.critical_extensions - {_SCOPE}:
        return False
    if scope is None:
        return True
    other = "only_contains_user_certs" if one.ca else "only_contains_ca_certs"
    if any(scope[part].native for part in (*_IN_PART, other)):
        return False
    if isinstance(scope["distribution_point"], core.Void):
        return True
    places = _names(scope)
    return any(place in places for point in one.crl_distribution_points for place in _names(point))


def _names(point: x509.DistributionPoint | crl.IssuingDistributionPoint) -> list[object]:
    place = point["distribution_point"]
    if isinstance(place, core.Void) or place.name != "full_name":
        return []
    return [name.native for name in place.chosen]


def _signed(listed: crl.CertificateList, issuer: x509.Certificate) -> bool:
    try:
        SuiteValidator().validate_signature(
            listed["signature"].native,
            listed["tbs_cert_list"].dump(),
            issuer.public_key,
            listed["signature_algorithm"],
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _clears(listed: crl.CertificateList, one: x509.Certificate) -> bool:
    read = load_der_x509_crl(listed.dump())
    return read.get_revoked_certificate_by_serial_number(one.serial_number) is None
