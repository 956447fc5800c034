"""Who asks: every column of the matrix with the cookie it asks with."""

from dataclasses import dataclass, replace

from server.domain.ids import CommitteeId
from server.domain.staff import Membership
from server.usecases.world import World
from tests.access.office import SEAT_COOKIE, STAFF_COOKIE
from tests.access.prepare import STAFF, Facts, console, staff_id
from tests.support.world import COMMITTEE, OTHER_COMMITTEE

LOGINS = {
    "M": "su",
    "M'": "lin",
    "R": "jiang",
    "R'": "xu",
    "H": "he",
    "O": "officer",
    "admin": "admin",
    "auditor": "auditor",
}
SEATS = ("P", "A", "C", "waiting")
ENDED_SEATS = ("revoked", "expired")
SUFFIX = "-chair"
"""A member of staff who has taken the chair first."""

ENDED = (Membership.INVITED, Membership.SUSPENDED, Membership.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One who asks. `letter` is his column, `cookies` what his browser sends."""

    letter: str
    cookies: dict[str, str]
    other_committee: bool = False

    def __str__(self) -> str:
        return f"{self.letter} of the other committee" if self.other_committee else self.letter


def member(letter: str, facts: Facts, committee: CommitteeId = COMMITTEE) -> Caller:
    """Return a member of staff at his console."""
    login = LOGINS[letter.removesuffix(SUFFIX)]
    cookie = console(login, committee, facts["moment"])
    return Caller(
        letter=letter,
        cookies={STAFF_COOKIE: cookie},
        other_committee=committee == OTHER_COMMITTEE,
    )


def seat(letter: str, facts: Facts) -> Caller:
    """Return a person at his telephone."""
    return Caller(letter=letter, cookies={SEAT_COOKIE: facts["seats"][letter]})


def caller(letter: str, facts: Facts) -> Caller:
    return seat(letter, facts) if letter in facts["seats"] else member(letter, facts)


def staff(facts: Facts) -> list[Caller]:
    """Return the staff of both committees."""
    own = [member(letter, facts) for letter in LOGINS]
    return own + [member(letter, facts, OTHER_COMMITTEE) for letter in LOGINS]


def people(facts: Facts) -> list[Caller]:
    """Return everybody whose seat still holds."""
    return [seat(letter, facts) for letter in SEATS]


def strangers(facts: Facts) -> list[Caller]:
    """Return who has no cookie that counts: none, an invented one, a link that ended."""
    invented = "an-invented-cookie-0000"
    return [
        Caller(letter="nobody", cookies={}),
        Caller(letter="inventor", cookies={STAFF_COOKIE: invented, SEAT_COOKIE: invented}),
        *(seat(letter, facts) for letter in ENDED_SEATS),
    ]


def other_kind(facts: Facts, *, of_staff: bool) -> list[Caller]:
    """Return callers with the other kind of cookie, good as it is."""
    return people(facts) if of_staff else staff(facts)


async def set_membership(world: World, membership: Membership) -> None:
    """Let every member of the first committee be invited, active, suspended or gone."""
    async with world.store.write() as uow:
        for login, _ in STAFF:
            one = await uow.staff.get(staff_id(login))
            await uow.staff.save(replace(one, membership=membership))
