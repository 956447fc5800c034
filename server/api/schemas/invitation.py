"""Invitations as staff send them, and the messages that carry them."""

from datetime import datetime
from typing import Literal

from server.api.schemas.base import Ask, View
from server.domain.invitation import Answer, LinkState


class InvitationView(View):
    """Where a person's link stands. The link itself is in the outbox."""

    id: str
    channel: str
    state: LinkState
    sent_at: datetime
    opened_at: datetime | None
    expires_at: datetime
    answer: Answer
    answered_at: datetime | None
    answer_text: str
    wrong_digits: int
    device_bound: bool
    device_waiting: bool


class InviteAsk(Ask):
    """Whom to invite and how the link shall travel."""

    person_id: str
    channel: Literal["sms", "wechat", "qr", "print", "email"] = "sms"


class InvitationIssued(View):
    """The fresh link; it is shown here and in the outbox, its hash alone is kept."""

    invitation: InvitationView
    link: str
    qr_svg: str
    text: str


class OutboxMessage(View):
    """A message staff may copy."""

    id: str
    person_id: str
    person_name: str
    kind: str
    state: str
    at: datetime
    text: str
    link: str
    qr_svg: str


class OutboxView(View):
    """The case's messages, newest first."""

    messages: list[OutboxMessage]
