"""One person's right to enter one case: issued, opened, answered, bound, revoked.

The link carries 128 bits that are stored only as SHA-256; whoever holds it must
also know the last four digits of the telephone number on file.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain.errors import ForbiddenError, TooManyTriesError, WrongCodeError, WrongStateError
from server.domain.ids import CaseId, CommitteeId, InvitationId, PersonId

MAX_WRONG_DIGITS = 5
MAX_SEATS = 5
"""So many browsers may have given the digits; the oldest that hold nothing make room."""


class Answer(StrEnum):
    """What the invited person said. Refusing is ordinary (人民调解法 art. 17)."""

    NONE = "none"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OTHER_TIME = "other_time"


class LinkState(StrEnum):
    """What the link page shows, computed and never stored."""

    OPEN = "open"
    LOCKED = "locked"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A personal link. `seats` are hashes of the browsers that gave the digits.

    `device` is the hash of the browser that holds the seat since lobby entry;
    `waiting_device` is a second one that waits for the mediator and gets nothing.
    """

    id: InvitationId
    committee_id: CommitteeId
    case_id: CaseId
    person_id: PersonId
    token_hash: str
    channel: str
    sent_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None
    answer: Answer = Answer.NONE
    answered_at: datetime | None = None
    answer_text: str = ""
    revoked_at: datetime | None = None
    wrong_digits: int = 0
    seats: tuple[str, ...] = ()
    device: str | None = None
    waiting_device: str | None = None
    version: int = 0

    def state(self, now: datetime) -> LinkState:
        """Return what the link is worth now."""
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if now >= self.expires_at:
            return LinkState.EXPIRED
        return LinkState.LOCKED if self.digits_locked else LinkState.OPEN

    @property
    def digits_locked(self) -> bool:
        """Say whether no more digits are taken; who gave them before keeps his seat."""
        return self.wrong_digits >= MAX_WRONG_DIGITS

    def unlocked(self) -> "Invitation":
        """Return it after staff unlocked the digits."""
        return replace(self, wrong_digits=0)


def try_digits(invitation: Invitation, *, right: bool, seat: str, now: datetime) -> Invitation:
    """Return the invitation after an answer to the four boxes.

    Raises WrongStateError where the link is not open. A wrong answer is returned,
    not raised, because it must be stored; `refuse_digits` raises it afterwards.
    """
    if (state := invitation.state(now)) is not LinkState.OPEN:
        raise WrongStateError(state=state)
    if not right:
        return replace(invitation, wrong_digits=invitation.wrong_digits + 1)
    return replace(
        invitation,
        wrong_digits=0,
        opened_at=invitation.opened_at or now,
        seats=(*_staying(invitation), seat),
    )


def _staying(invitation: Invitation) -> list[str]:
    # Never who holds the seat or waits behind: a forwarded link would throw its owner out.
    held = {invitation.device, invitation.waiting_device}
    others = [one for one in invitation.seats if one not in held]
    too_many = set(others[: max(0, len(invitation.seats) - MAX_SEATS + 1)])
    return [one for one in invitation.seats if one not in too_many]


def refuse_digits(invitation: Invitation) -> None:
    """Raise what a wrong answer means: tries left, or locked."""
    left = MAX_WRONG_DIGITS - invitation.wrong_digits
    if left <= 0:
        raise TooManyTriesError(locked=True)
    raise WrongCodeError(left=left)


def claim(invitation: Invitation, device: str) -> Invitation:
    """Return it with `device` holding the seat, or waiting behind the holder."""
    if invitation.device in {None, device}:
        return replace(invitation, device=device)
    return replace(invitation, waiting_device=device)


def expect_no_other(invitation: Invitation, device: str) -> None:
    """Raise ForbiddenError for a browser behind the one that holds the seat.

    Before anybody holds it, whoever gave the digits acts for the person.
    """
    if invitation.device not in {None, device}:
        raise ForbiddenError(act="seat")


def hand_over(invitation: Invitation, device: str) -> Invitation:
    """Return it with `device` as the only holder; the old browser is cut."""
    return replace(invitation, device=device, waiting_device=None)
