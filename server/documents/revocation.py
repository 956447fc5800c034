"""Tells of which certificates lists of the revoked speak (RFC 5280, 5 and 6.3).

A signature is at B-LT only with a list for its certificate and for every issuer below the
root: what no list speaks of cannot be judged once it has ended.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from asn1crypto import core, crl, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_der_x509_crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from server.documents.issuers import LONGEST
from server.documents.suite_validator import SuiteValidator
from server.domain.errors import DomainError


class UnprovenError(DomainError):
    """No list of the revoked speaks for who was to sign, or one speaks against; nothing signed.

    `facts["reason"]`: `unreadable`, or `no_list` with the name on the certificate.
    """

    code = "certificate_unproven"
    machine = True
    for_operator = True


_SCOPE = "issuing_distribution_point"
_IN_PART = ("indirect_crl", "only_contains_attribute_certs", "only_some_reasons")


def read_list(der: bytes) -> crl.CertificateList:
    """Return a list of the revoked; ValueError for what is none."""
    load_der_x509_crl(der)
    return crl.CertificateList.load(der, strict=True)


def kept_in(reader: PdfFileReader) -> tuple[list[x509.Certificate], list[crl.CertificateList]]:
    """Return the certificates and readable lists in a PDF's security store."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return [], []
    return list(store.load_certs()), list(_readable(one.get_object().data for one in store.crls))


def _readable(every: Iterable[bytes]) -> Iterator[crl.CertificateList]:
    for one in every:
        try:
            yield read_list(one)
        except ValueError:
            continue


def expect_proven(
    certificate: x509.Certificate,
    beside: Sequence[x509.Certificate],
    lists: Iterable[bytes],
    moment: datetime,
) -> None:
    """Return if lists (DER) clear a certificate and its issuers at `moment`; UnprovenError."""
    try:
        read = [read_list(one) for one in lists]
    except ValueError as error:
        raise UnprovenError(reason="unreadable") from error
    doubtful = unproven(certificate, beside, read, moment)
    if doubtful is not None:
        raise UnprovenError(reason="no_list", certificate=doubtful.subject.human_friendly)


def unproven(
    certificate: x509.Certificate,
    beside: Sequence[x509.Certificate],
    lists: Sequence[crl.CertificateList],
    moment: datetime,
) -> x509.Certificate | None:
    """Return the first certificate, from this one up to the root, that no list clears.

    A list counts until it ends: that must not be before `moment`. A root needs none.
    """
    here = certificate
    for _ in range(LONGEST):
        if here.issuer == here.subject:
            return None
        above = issuers_of(here, beside)
        if next(speaking(here, above, lists, moment), None) is None:
            return here
        if not above:
            return None
        here = above[0]
    return here


def issuers_of(
    one: x509.Certificate, beside: Sequence[x509.Certificate]
) -> Sequence[x509.Certificate]:
    """Return those that may have issued a certificate, by name and key identifier."""
    named, key = one.issuer, one.authority_key_identifier
    return [
        other
        for other in beside
        if other.subject == named and (key is None or other.key_identifier in {None, key})
    ]


def speaking(
    one: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    lists: Iterable[crl.CertificateList],
    moment: datetime,
) -> Iterator[crl.CertificateList]:
    """Give the lists by a certificate's own issuer that say it is not revoked.

    With no issuer at hand its name has to do: then it is the root, which lies elsewhere.
    """
    for listed in lists:
        if listed.issuer != one.issuer or not _about(listed, one) or ends(listed) < moment:
            continue
        if issuers and not any(_signed(listed, issuer) for issuer in issuers):
            continue
        if _clears(listed, one):
            yield listed


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


def begins(listed: crl.CertificateList) -> datetime:
    """Return as of when a list speaks."""
    moment: datetime = listed["tbs_cert_list"]["this_update"].native
    return moment


def ends(listed: crl.CertificateList) -> datetime:
    """Return when a list ends: as it begins where it says nothing of that."""
    moment: datetime | None = listed["tbs_cert_list"]["next_update"].native
    return moment or begins(listed)


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
