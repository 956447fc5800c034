"""Judges whether two people sealed, in a record whose text was locked to be sealed by two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.archive.attestations import Attested, seen_by
from server.archive.log_bodies import Body, last_facts, log_bodies
from server.domain.attested import CONFIRM_SEAL, RELEASE_SEAL, AttestedStatement
from server.domain.canonical import sha256_hex
from server.domain.reading import read_moment
from server.domain.record import LOG
from server.domain.sealing import APPLIED
from server.domain.verification import Fact

CODE = "two_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One of the two, with what he signed and its digest."""

    said: AttestedStatement
    name: str
    content: bytes
    sha256: str
    holds: bool


def two_people(files: Mapping[str, bytes], found: Sequence[Attested]) -> Fact | None:
    """Return whether one released the seal and another confirmed it; None where one may seal.

    `facts` name both and say when. The log tells that the text takes two, and names both
    statements by their digests.
    """
    log = log_bodies(files.get(LOG, b""))
    first, second = (_of(files, found, one) for one in (RELEASE_SEAL, CONFIRM_SEAL))
    if not _takes_two(log) and not first and not second:
        return None
    for release in first:
        for confirmation in second:
            if _fit(release, confirmation) and _logged(log, release, confirmation):
                return Fact(code=CODE, holds=True, facts=_named(release, confirmation))
    return Fact(code=CODE, holds=False, parts=tuple(o.name for o in (*first, *second)) or (LOG,))


def _of(files: Mapping[str, bytes], found: Sequence[Attested], purpose: str) -> list[_Said]:
    return [
        _Said(
            said=one.statement,
            name=one.statement_name,
            content=(content := files.get(one.statement_name, b"")),
            sha256=sha256_hex(content),
            holds=one.holds,
        )
        for one in found
        if one.statement is not None and one.statement.purpose == purpose
    ]


def _fit(release: _Said, confirmation: _Said) -> bool:
    one, other = release.said, confirmation.said
    return (
        release.holds
        and confirmation.holds
        and one.attester_id != other.attester_id
        and one.key_sha256 != other.key_sha256
        and seen_by(other.saw, "release_", release.content)
        and one.at <= other.at <= _until(one)
    )


def _until(release: AttestedStatement) -> datetime:
    """Return when the release ends; as it begins where that cannot be read."""
    try:
        return read_moment(str(release.saw.get("until")))
    except ValueError:
        return release.at


def _takes_two(log: Sequence[Body]) -> bool:
    return last_facts(log, "agreement.locked").get("two_to_seal") is True


def _logged(log: Sequence[Body], release: _Said, confirmation: _Said) -> bool:
    said = last_facts(log, APPLIED)
    both = release.sha256, confirmation.sha256
    return (said.get("release_sha256"), said.get("confirmation_sha256")) == both


def _named(release: _Said, confirmation: _Said) -> tuple[tuple[str, str | int], ...]:
    return (
        ("released_by", release.said.attester_name),
        ("released_at", release.said.at.isoformat()),
        ("sealed_by", confirmation.said.attester_name),
        ("sealed_at", confirmation.said.at.isoformat()),
    )
