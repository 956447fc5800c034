"""Tries at a password or a second factor: each is counted before it is judged.

However many arrive at once, no more than five are judged. A login that nobody has is
counted in the same way, so that the answers do not tell which ones exist. At the door, where
anybody may try, tries are counted apart from those of whoever is known there, and of a signed-in
console: no stranger who knows a login keeps its member from coming in or from confirming what he
does. Each count has its own five tries a quarter of an hour, so guessing stays bounded.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from server.domain.errors import DomainError, TooManyTriesError, WrongCodeError
from server.domain.staff import Staff
from server.ports.store import UnitOfWork

MAX_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_REMEMBERED = 10_000


class Where(Enum):
    """Where somebody tries: to sign in, as whom the door knows him, or signed in already.

    ADDRESS and BROWSER are those from which the same login signed in before.
    """

    DOOR = "door"
    ADDRESS = "address"
    BROWSER = "browser"
    CONSOLE = "console"


_KEPT: Mapping[Where, tuple[str, str]] = MappingProxyType(
    {
        Where.DOOR: ("wrong_tries", "locked_until"),
        Where.ADDRESS: ("address_tries", "address_locked_until"),
        Where.BROWSER: ("browser_tries", "browser_locked_until"),
        Where.CONSOLE: ("console_tries", "console_locked_until"),
    }
)
"""The member's fields that hold each count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How many are not known to be right; the fifth locks, and counting begins anew."""

    wrong: int = 0
    locked_until: datetime | None = None

    def one_more(self, now: datetime) -> "Tries":
        """Return them with another one, or raise TooManyTriesError while locked."""
        if self.locked_until is not None and now < self.locked_until:
            raise TooManyTriesError(retry_at=self.locked_until.isoformat())
        if self.wrong + 1 < MAX_TRIES:
            return Tries(wrong=self.wrong + 1)
        return Tries(locked_until=now + LOCKED_FOR)

    def refusal(self) -> DomainError:
        """Return what to raise when the last one was wrong."""
        if self.locked_until is not None:
            return TooManyTriesError(retry_at=self.locked_until.isoformat())
        return WrongCodeError(left=MAX_TRIES - self.wrong)


class Strangers:
    """The tries at logins that nobody has, the latest few thousand of them."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def count(self, login: str, now: datetime) -> Tries:
        """Count one try; raises TooManyTriesError as for a member."""
        tries = self._tries.get(login, Tries()).one_more(now)
        self._tries[login] = tries
        self._tries.move_to_end(login)
        if len(self._tries) > _REMEMBERED:
            self._tries.popitem(last=False)
        return tries


async def count_try(
    uow: UnitOfWork, staff: Staff, where: Where, now: datetime
) -> tuple[Staff, Tries]:
    """Count one try of a member, and return him with it; raises TooManyTriesError.

    Of two that are counted at the same moment one raises ConflictError, before it is judged.
    """
    tries = tries_of(staff, where).one_more(now)
    return await uow.staff.save(_with(staff, where, tries)), tries


def without_tries(staff: Staff, where: Where) -> Staff:
    """Return a member who has proved there who he is."""
    return _with(staff, where, Tries())


def without_last(staff: Staff) -> Staff:
    """Return a member whose last try at his console was right, and proved one thing alone.

    The ones before still count: the right password must not buy more tries at the digits.
    """
    tries = tries_of(staff, Where.CONSOLE)
    before = MAX_TRIES if tries.locked_until is not None else tries.wrong
    return _with(staff, Where.CONSOLE, Tries(wrong=max(0, before - 1)))


def without_any(staff: Staff) -> Staff:
    """Return a member who was given new credentials: nothing counts against him."""
    for where in Where:
        staff = without_tries(staff, where)
    return staff


def tries_of(staff: Staff, where: Where) -> Tries:
    """Return the member's tries there."""
    wrong, until = _KEPT[where]
    return Tries(wrong=getattr(staff, wrong), locked_until=getattr(staff, until))


def _with(staff: Staff, where: Where, tries: Tries) -> Staff:
    wrong, until = _KEPT[where]
    changed: dict[str, Any] = {wrong: tries.wrong, until: tries.locked_until}
    return replace(staff, **changed)
