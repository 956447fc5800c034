"""What anybody may learn of a record he holds, or of a number he was told: facts, never content."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from server.domain.agreement import Agreement
from server.domain.committee import Committee
from server.domain.errors import InvalidValueError
from server.domain.ids import CaseId, is_id
from server.domain.record import PDF
from server.domain.register import RegisterEntry, RegisterQuery
from server.domain.verification import Kind, Presented
from server.usecases.known_issuers import seals_of
from server.usecases.registered_facts import RegisteredFacts, facts_of
from server.usecases.world import World

LONGEST_NUMBER = 64
ANSWER_AFTER = 0.5
"""Seconds that every answer about a number takes, so that its time tells nothing."""

_CODE = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A committee of this server and the certificate that issues its seal, as PEM."""

    committee: str
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The facts about what was presented, and whether this server keeps the very same."""

    presented: Presented
    on_record: bool


async def issuers(world: World) -> Sequence[Issuer]:
    """Return every committee's issuer, for comparing fingerprints."""
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    return [await _issuer(world, committee) for committee in committees]


async def _own_anchors(world: World) -> list[bytes]:
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    own = [(await _issuer(world, committee)).certificate for committee in committees]
    return own + [seal for one in committees for seal in await seals_of(world, one.id)]


async def _issuer(world: World, committee: Committee) -> Issuer:
    issuer = await world.signer.issuer(committee.id, world.clock.now())
    return Issuer(committee=committee.name, certificate=issuer)


async def verify_presented(world: World, content: bytes | Path) -> Verified:
    """Judge a package or a sealed PDF, or the file of it, against this server's issuers.

    Nothing is kept.
    """
    anchors = [*(await _own_anchors(world)), *world.outside_roots]
    # One after the other: strangers never keep more than one process from sealing.
    async with world.turns.of("verify_presented"):
        presented = await world.archive.judge(content, anchors, world.clock.now())
    return Verified(presented=presented, on_record=await _kept(world, presented))


async def _kept(world: World, presented: Presented) -> bool:
    # Whoever wrote what was presented chose the case, and no query is made of it as it stands.
    if not is_id(presented.case_id):
        return False
    async with world.store.read() as uow:
        entry = await uow.register.of_case(CaseId(presented.case_id))
    if entry is None:
        return False
    if presented.kind is Kind.PACKAGE:
        return entry.digest == presented.digest
    # A PDF under a renewed stamp begins with the one that the record holds; so does one
    # that somebody painted over.
    earlier = presented.earlier if not presented.report.failed else ()
    return await _sealed_pdf(world, entry) in {presented.digest, *earlier}


async def _sealed_pdf(world: World, entry: RegisterEntry) -> str:
    return entry.pdf_sha256 or (await world.archive.manifest(entry.record_id)).files[PDF].sha256


async def look_up(world: World, number: str, code: str) -> RegisteredFacts | None:
    """Return the facts of the agreement of this number whose digest begins with `code`.

    `code` is what every page prints, 16 or more digits of the agreement's SHA-256. The
    answer takes the same time for a wrong number, a wrong code and the right ones, and is
    None for both wrong ones; the archive is not asked, which may be far away and would send
    a whole record.
    """
    begun = world.clock.monotonic()
    wanted = _code(code)
    if not 0 < len(number.strip()) <= LONGEST_NUMBER:
        raise InvalidValueError(field="number", reason="not_a_number")
    found = await _found(world, number, wanted)
    await world.clock.sleep(max(0.0, begun + ANSWER_AFTER - world.clock.monotonic()))
    return found


def _code(text: str) -> str:
    digits = re.sub(r"\s", "", text).lower()
    if not _CODE.fullmatch(digits):
        raise InvalidValueError(field="code", reason="not_a_code")
    return digits


async def _found(world: World, number: str, code: str) -> RegisteredFacts | None:
    entries = await _numbered(world, number)
    async with world.store.read() as uow:
        agreements = await uow.agreements.of_cases(entry.case_id for entry in entries)
        for entry in entries:
            agreement = agreements.get(entry.case_id)
            if agreement is not None and _fits(agreement, code):
                return await facts_of(world, uow, entry, agreement)
    return None


def _fits(agreement: Agreement, code: str) -> bool:
    digest = agreement.locked.digest if agreement.locked else ""
    return hmac.compare_digest(digest[: len(code)], code)


async def _numbered(world: World, number: str) -> list[RegisterEntry]:
    # A bare serial would find a number nobody wrote in full.
    if number.strip().isdecimal():
        return []
    printed = world.pack.as_printed(number)
    async with world.store.read() as uow:
        every = await uow.committees.all()
        pages = [
            await uow.register.search(RegisterQuery(committee_id=one.id, number=printed))
            for one in every
        ]
    return [entry for found, _ in pages for entry in found]
