"""Tries at a password or a second factor: each is counted before it is judged.

However many arrive at once, no more than five are judged. A login that nobody has is
counted in the same way, so that the answers do not tell which ones exist.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.errors import DomainError, TooManyTriesError, WrongCodeError
from server.domain.staff import Staff
from server.ports.store import UnitOfWork

MAX_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_REMEMBERED = 10_000


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


async def count_try(uow: UnitOfWork, staff: Staff, now: datetime) -> tuple[Staff, Tries]:
    """Count one try of a member, and return him with it; raises TooManyTriesError.

    Of two that are counted at the same moment one raises ConflictError, before it is judged.
    """
    tries = Tries(wrong=staff.wrong_tries, locked_until=staff.locked_until).one_more(now)
    return await uow.staff.save(_with(staff, tries)), tries


def without_tries(staff: Staff) -> Staff:
    """Return a member who has proved who he is."""
    return _with(staff, Tries())


def without_last(staff: Staff) -> Staff:
    """Return a member whose last try was right, and proved one thing alone.

    The ones before still count: the right password must not buy more tries at the digits.
    """
    before = MAX_TRIES if staff.locked_until is not None else staff.wrong_tries
    return _with(staff, Tries(wrong=max(0, before - 1)))


def _with(staff: Staff, tries: Tries) -> Staff:
    return replace(staff, wrong_tries=tries.wrong, locked_until=tries.locked_until)
