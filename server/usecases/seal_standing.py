"""Says for whom a signed text's seal waits: for a release, or for who applies the seal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, AgreementState
from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.ids import StaffId
from server.domain.release import ends, in_force, takes_two
from server.domain.staff import Staff, as_actor


class Awaited(StrEnum):
    """What a seal waits for."""

    RELEASE = "release"
    SEAL = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealStanding:
    """How the seal of one text stands.

    `two` says that it takes two people: the locked text's rule, while drafting the
    committee's. `awaited` is None unless everybody has signed and no seal was begun; `of` are
    then the names it waits for. `released_by`, `released_at` and `until` tell of the release;
    one that has ended is `expired`.
    """

    two: bool
    awaited: Awaited | None = None
    of: tuple[str, ...] = ()
    may_release: tuple[str, ...] = ()
    may_seal: tuple[str, ...] = ()
    released_by: StaffId | None = None
    released_at: datetime | None = None
    until: datetime | None = None
    expired: bool = False


def seal_standing(
    agreement: Agreement,
    case: Case,
    committee: Committee,
    members: Sequence[Staff],
    now: datetime,
) -> SealStanding:
    """Return how the seal stands."""
    two = takes_two(agreement) if agreement.locked else committee.sealing.two
    given, holds = agreement.release, in_force(agreement, now)
    releasing = _own_first(who_may(members, Act.RELEASE_SEAL, case), case) if two else ()
    seals = _names(
        one for one in who_may(members, Act.SEAL, case) if holds is None or one.id != holds.by
    )
    awaited = _awaited(agreement, released=not two or holds is not None)
    return SealStanding(
        two=two,
        awaited=awaited,
        of=() if awaited is None else _names(releasing) if awaited is Awaited.RELEASE else seals,
        may_release=_names(releasing),
        may_seal=seals,
        released_by=given.by if given else None,
        released_at=given.at if given else None,
        until=ends(given) if given else None,
        expired=given is not None and holds is None,
    )


def _awaited(agreement: Agreement, *, released: bool) -> Awaited | None:
    if agreement.state is not AgreementState.SIGNED or agreement.sealing is not None:
        return None
    return Awaited.SEAL if released else Awaited.RELEASE


def who_may(members: Iterable[Staff], act: Act, case: Case) -> list[Staff]:
    """Return who may do this to the case once his second factor is fresh."""
    acting = ((one, as_actor(one, step_up=True)) for one in members)
    return [one for one, who in acting if access.covers(who, act, access.of_case(case, who))]


def _own_first(members: list[Staff], case: Case) -> list[Staff]:
    """Return those of the case, and only where it has none, everybody who stands in."""
    order = [case.mediator_id, case.recorder_id]
    own = [one for one in members if one.id in order]
    return sorted(own, key=lambda one: order.index(one.id)) or members


def _names(members: Iterable[Staff]) -> tuple[str, ...]:
    return tuple(one.name for one in members)
