"""Builds certificates and lists of the revoked (RFC 5280); a key provider signs them.

Names stay ASCII: readers compare them on Unicode 3.2 and reject characters assigned later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import UUID

from asn1crypto import core, crl, pem, x509  # type: ignore[import-untyped]
from asn1crypto.keys import PublicKeyInfo  # type: ignore[import-untyped]

from server.documents.keys import KeyProvider, suite_named

ORGANIZATION = "HEYI SERVER-ISSUED, NO LICENSED CA"
"""Whom every certificate of this server names, and none of an authority's."""

_FIRST_GENERAL_YEAR = 2050
"""From then on a certificate says times as GeneralizedTime (RFC 5280, 4.1.2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """By which key, and under whose name, something is issued for how long."""

    keys: KeyProvider
    key: str
    name: x509.Name
    begin: datetime
    end: datetime

    def certificate(
        self, number: int, subject: x509.Name, spki: bytes, extensions: Sequence[x509.Extension]
    ) -> bytes:
        """Return the certificate of a public key (DER) as PEM."""
        tbs = x509.TbsCertificate(
            {
                "version": "v3",
                "serial_number": number,
                "signature": self._algorithm,
                "issuer": self.name,
                "validity": {"not_before": _time(self.begin), "not_after": _time(self.end)},
                "subject": subject,
                "subject_public_key_info": PublicKeyInfo.load(spki),
                "extensions": list(extensions),
            }
        )
        made = {"tbs_certificate": tbs, **self._signed("signature_value", tbs)}
        return bytes(pem.armor("CERTIFICATE", x509.Certificate(made).dump()))

    def empty_list(self, *extensions: crl.TBSCertListExtension) -> bytes:
        """Return a list that revokes nothing as DER."""
        number = core.Integer(int(self.begin.timestamp()))
        tbs = crl.TbsCertList(
            {
                "version": "v2",
                "signature": self._algorithm,
                "issuer": self.name,
                "this_update": _time(self.begin),
                "next_update": _time(self.end),
                "crl_extensions": [in_list("crl_number", number), *extensions],
            }
        )
        made = {"tbs_cert_list": tbs, **self._signed("signature", tbs)}
        return bytes(crl.CertificateList(made).dump())

    @property
    def _algorithm(self) -> dict[str, str]:
        return {"algorithm": suite_named(self.key).mechanism}

    def _signed(self, field: str, tbs: core.Sequence) -> dict[str, Any]:
        return {"signature_algorithm": self._algorithm, field: self.keys.sign(self.key, tbs.dump())}


def extension(
    name: str, value: core.Asn1Value | bytes, *, critical: bool = False
) -> x509.Extension:
    """Return an extension of a certificate, by its name in asn1crypto or its dotted number."""
    return x509.Extension({"extn_id": name, "critical": critical, "extn_value": value})


def in_list(
    name: str, value: core.Asn1Value, *, critical: bool = False
) -> crl.TBSCertListExtension:
    """Return an extension of a list of the revoked."""
    return crl.TBSCertListExtension({"extn_id": name, "critical": critical, "extn_value": value})


def identifier(spki: bytes) -> core.OctetString:
    """Return by what a certificate calls a key (RFC 5280, 4.2.1.2, method 1)."""
    return core.OctetString(PublicKeyInfo.load(spki).sha1)


def authority(spki: bytes) -> x509.AuthorityKeyIdentifier:
    """Return how a certificate or list names its issuer's key (RFC 5280, 4.2.1.1)."""
    return x509.AuthorityKeyIdentifier({"key_identifier": identifier(spki).native})


def place(uri: str) -> x509.DistributionPointName:
    """Return where a list is said to lie (RFC 5280, 4.2.1.13)."""
    name = x509.GeneralName("uniform_resource_identifier", uri)
    return x509.DistributionPointName("full_name", x509.GeneralNames([name]))


def place_of_list(number: int) -> x509.DistributionPointName:
    """Name the list of one certificate. It is nowhere to be fetched: it lies in the PDF."""
    return place(UUID(int=number % (1 << 128)).urn)


def own_list_at(number: int) -> x509.Extension:
    """Return where a certificate says that the list of it alone is."""
    points = x509.CRLDistributionPoints([{"distribution_point": place_of_list(number)}])
    return extension("crl_distribution_points", points)


def serial(unique: bytes) -> int:
    """Return a serial number: positive and unique (RFC 5280, 4.1.2.2), as a digest is."""
    return int.from_bytes(sha256(unique).digest()[:19]) | 1


def subject(role: str, whose: str) -> x509.Name:
    """Return a name of ASCII that says who issued it; `whose` is percent-encoded or plain."""
    common = f"{role} {quote(whose, safe='%')}"[:64]
    return x509.Name.build({"organization_name": ORGANIZATION, "common_name": common})


def constraints(*, issues: bool, below: int | None = None) -> x509.Extension:
    """Return whether a key may issue certificates, and how many issuers may stand below it."""
    said = x509.BasicConstraints({"ca": issues, "path_len_constraint": below})
    return extension("basic_constraints", said, critical=True)


def usage(*, issues: bool) -> x509.Extension:
    """Return what a key may do: issue certificates, or sign and mean it."""
    does = {"key_cert_sign", "crl_sign"} if issues else {"digital_signature", "non_repudiation"}
    return extension("key_usage", x509.KeyUsage(does), critical=True)


def _time(at: datetime) -> x509.Time:
    said = at.astimezone(UTC).replace(microsecond=0)
    return x509.Time(
        {"utc_time": said} if said.year < _FIRST_GENERAL_YEAR else {"general_time": said}
    )
