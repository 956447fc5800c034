"""Issues the certificate of one single signing: 24 hours, for the key that is to sign.

It binds that key to the statement signed with it before, by SHA-256 in an extension of
our own. It is a server-issued event certificate and no electronic certification in the
sense of 电子签名法 arts. 16-18. It names a role and a pseudonym, never a person: the name
stands in the statement, and readers of certificates choke on rare characters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from urllib.parse import quote

from asn1crypto import core, crl, x509  # type: ignore[import-untyped]
from cryptography.x509 import ObjectIdentifier

from server.documents.certificates import (
    ISSUER_YEARS,
    SLACK,
    YEAR,
    Role,
    issued_from,
    issuer,
    issuer_name,
    of_role,
)
from server.documents.issuing import (
    Issuing,
    authority,
    constraints,
    extension,
    identifier,
    in_list,
    own_list_at,
    place_of_list,
    serial,
    subject,
    usage,
)
from server.documents.keys import KeyProvider
from server.documents.suites import P256, SignatureSuite, suite_of
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId

STATEMENT = ObjectIdentifier("2.25.147695838549358324613260014637242023729")
"""Extension: SHA-256 of the signed consent statement as a DER OCTET STRING (X.667 arc)."""

LIFE = timedelta(hours=24)
"""From its begin to its end. It begins early, for readers whose clock is behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequest:
    """Whose key, in which role, for which statement (SHA-256, hexadecimal)."""

    committee_id: CommitteeId
    role: str
    pseudonym: str
    public_key: bytes
    statement_sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its issuers as PEM, lists of the revoked (RFC 5280, 5) as DER.

    `outside` says that an authority issued it, who is asked for its lists once it has signed.
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    revoked: tuple[bytes, ...] = ()
    outside: bool = False


class CertificateIssuer(Protocol):
    """Issues event certificates. Plain and picklable, so that a pool can run it."""

    def issue(self, request: EventRequest) -> Issued:
        """Return the certificate for exactly this key and statement."""
        ...

    def revoked(
        self, committee: CommitteeId, certificate: bytes, at: datetime
    ) -> tuple[bytes, ...]:
        """Return the lists that say of a certificate (PEM) and its issuers what holds at `at`.

        It is asked once the time stamp is there: of a certificate that has expired since,
        only a younger list proves anything (ETSI EN 319 102-1, 5.6.2.2).
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """CertificateIssuer: the committee's own, below the issuer that readers may trust."""

    keys: KeyProvider

    def issue(self, request: EventRequest) -> Issued:
        suite = suite_of(request.public_key)
        if suite is None:
            raise InvalidValueError(field="public_key", reason="no_suite")
        role = _role(request.committee_id, suite)
        events = of_role(self.keys, request.committee_id, role, request.at)
        top = issuer(self.keys, request.committee_id, request.at)
        return Issued(certificate=_event(self.keys, role, events, request), chain=(events, top))

    def revoked(
        self, committee: CommitteeId, certificate: bytes, at: datetime
    ) -> tuple[bytes, ...]:
        own = _own_list(self.keys, committee, certificate, at)
        return own, _lasting_list(self.keys, committee, None, at)


def lasting(keys: KeyProvider, committee: CommitteeId, role: Role, at: datetime) -> Issued:
    """Return a lasting certificate of the committee in the same form."""
    issuers = (None,) if role.above is None else (role.above, None)
    above = [of_role(keys, committee, one, at) for one in issuers if one is not None]
    return Issued(
        certificate=of_role(keys, committee, role, at),
        chain=(*above, issuer(keys, committee, at)),
        revoked=tuple(_lasting_list(keys, committee, one, at) for one in issuers),
    )


def fresh_lists(
    keys: KeyProvider, committee: CommitteeId, shown: Issued, at: datetime
) -> tuple[bytes, ...]:
    """Return the own list of a time stamp's certificate as of now, if it is one of ours.

    A stamp outlives its certificate only by a list younger than itself, which is read as of
    its own end (ETSI EN 319 102-1, 5.6.2.2): so it ends long before the certificate does.
    """
    above, made = issued_from(issuer(keys, committee, at)), issued_from(shown.certificate)
    known = {issued_from(one).dump() for one in shown.chain}
    if above.dump() not in known or made.crl_distribution_points_value is None:
        return ()
    return (_list_of_one(keys, issuer_name(committee), above, made.serial_number, at),)


def _role(committee: CommitteeId, suite: SignatureSuite) -> Role:
    title = "EVENT-ISSUER" if suite is P256 else f"{suite.title} EVENT-ISSUER"
    return Role(f"{suite.prefix}events-{quote(committee, safe='')}", title, issues=True)


def _event(keys: KeyProvider, role: Role, events: bytes, request: EventRequest) -> bytes:
    above, begin = issued_from(events), request.at - SLACK
    issuing = Issuing(
        keys=keys,
        key=role.key,
        name=above.subject,
        begin=begin,
        end=min(begin + LIFE, above.not_valid_after),
    )
    digest = bytes.fromhex(request.statement_sha256)
    number = serial(request.public_key + digest + request.at.isoformat().encode())
    extensions = [
        constraints(issues=False),
        usage(issues=False),
        extension("key_identifier", identifier(request.public_key)),
        extension("authority_key_identifier", authority(above.public_key.dump())),
        own_list_at(number),
        extension(STATEMENT.dotted_string, core.OctetString(digest).dump()),
    ]
    called = subject(request.role.upper(), request.pseudonym)
    return issuing.certificate(number, called, request.public_key, extensions)


def _own_list(keys: KeyProvider, committee: CommitteeId, certificate: bytes, at: datetime) -> bytes:
    """Return the empty list for one certificate alone, for an hour: less than that lives.

    A list for all of them would be read as of its newest issue, when the certificate of
    somebody who signed days before has expired.
    """
    found = issued_from(certificate)
    suite = suite_of(found.public_key.dump()) or P256
    role = _role(committee, suite)
    above = issued_from(of_role(keys, committee, role, at))
    return _list_of_one(keys, role.key, above, found.serial_number, at)


def _list_of_one(
    keys: KeyProvider, key: str, above: x509.Certificate, number: int, at: datetime
) -> bytes:
    issuing = Issuing(keys=keys, key=key, name=above.subject, begin=at, end=at + SLACK)
    scope = crl.IssuingDistributionPoint({"distribution_point": place_of_list(number)})
    return issuing.empty_list(
        in_list("authority_key_identifier", authority(above.public_key.dump())),
        in_list("issuing_distribution_point", scope, critical=True),
    )


def _lasting_list(
    keys: KeyProvider, committee: CommitteeId, role: Role | None, at: datetime
) -> bytes:
    """Return an issuer's list, empty: made once, and valid as long as the committee's issuer.

    The issuer is `role`, the committee's upper one where it is None.

    It lies in each PDF, so that nobody need ask this server in ten years. A lasting key
    that must be withdrawn takes a new issuer (RFC 5280, 5).
    """
    key = issuer_name(committee) if role is None else role.key
    return keys.companion(f"{key}.crl", partial(_lasting_list_made, keys, committee, role, at))


def _lasting_list_made(
    keys: KeyProvider, committee: CommitteeId, role: Role | None, at: datetime
) -> bytes:
    above = issued_from(
        issuer(keys, committee, at) if role is None else of_role(keys, committee, role, at)
    )
    issuing = Issuing(
        keys=keys,
        key=issuer_name(committee) if role is None else role.key,
        name=above.subject,
        begin=at - SLACK,
        end=at + ISSUER_YEARS * YEAR,
    )
    named = authority(above.public_key.dump())
    return issuing.empty_list(in_list("authority_key_identifier", named))
