"""How a message reaches a person: SMS, e-mail, or the outbox staff copy from."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from server.domain.ids import CaseId, CommitteeId, MessageId, PersonId


class MessageKind(StrEnum):
    """What the message is for. A CODE is never shown to staff nor stored."""

    INVITATION = "invitation"
    CODE = "code"
    SEALED = "sealed"
    REMINDER = "reminder"


class MessageState(StrEnum):
    """Where the message is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text for one person; `link` only on invitations, encrypted at rest.

    `due_on` is the day that a reminder is of.
    """

    id: MessageId
    committee_id: CommitteeId
    case_id: CaseId
    person_id: PersonId
    kind: MessageKind
    mobile: str
    text: str
    link: str
    at: datetime
    state: MessageState = MessageState.WAITING
    due_on: date | None = None


class Notifier(Protocol):
    """One way to send. The outbox adapter keeps invitations for staff to copy."""

    @property
    def carries_codes(self) -> bool:
        """Whether a one-time code can be delivered to the person without staff."""
        ...

    async def send(self, message: Message) -> MessageState:
        """Hand the message on; FAILED when the gateway refused it."""
        ...
