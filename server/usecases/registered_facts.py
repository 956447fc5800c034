"""What is told of a sealed agreement to whoever has its number and its check code.

Facts alone: no names of people, no words, no amounts. All of it stands in the database; the
archive is not asked, which may be far away.
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.agreement import Agreement
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.register import RegisterEntry
from server.domain.renewal import ArchiveStamp, Due
from server.domain.signing_order import Borne, borne
from server.ports.store import UnitOfWork
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class StampStanding:
    """How a record's archive time stamp stands by the register: its last day, whether it runs.

    `until` is None where nobody has read it yet, or the last look at the record failed.
    """

    until: date | None = None
    in_force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredFacts:
    """The facts; days are those of the committee's place.

    `committee` is its name of today. `destroyed_on` is when what was collected for the
    agreement was destroyed, None while it is kept; the sealed record stays either way.
    """

    committee: str
    sealed_on: date
    effective_on: date
    signatures: tuple[Borne, ...]
    stamp: StampStanding
    destroyed_on: date | None


async def facts_of(
    world: World, uow: UnitOfWork, entry: RegisterEntry, agreement: Agreement
) -> RegisteredFacts:
    """Return what is told of one sealed agreement."""
    committee = await uow.committees.get(entry.committee_id)
    case = await uow.cases.get(entry.case_id)
    stamp = await uow.stamps.get(entry.record_id)
    gone = case.custody.destroyed_at
    return RegisteredFacts(
        committee=committee.name,
        sealed_on=world.pack.local_day(entry.sealed_at),
        effective_on=entry.effective_on,
        signatures=borne(agreement),
        stamp=standing(stamp, world.pack, world.clock.now()),
        destroyed_on=world.pack.local_day(gone) if gone else None,
    )


def standing(stamp: ArchiveStamp, pack: JurisdictionPack, now: datetime) -> StampStanding:
    """Return how it stands; of a record that did not hold when looked at, nothing is claimed."""
    if stamp.until is None or stamp.trouble not in {"", Due.UNPROVEN}:
        return StampStanding()
    return StampStanding(until=pack.local_day(stamp.until), in_force=now <= stamp.until)
