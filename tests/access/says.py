"""A valid message for every live request, and what has to be said before it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.prepare import Facts

Body = Callable[[Facts], Any]
Said = tuple[str, str, Body]
"""Who says what first: his column, the request, the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A request at a moment. `before` is said by others, whoever then asks.

    `in_chair` is what the asker himself says once he has taken the chair.
    """

    moment: str = "open"
    body: Body = lambda _: {}
    before: tuple[Said, ...] = ()
    in_chair: tuple[str, ...] = ()


def _fixed(**fields: Any) -> Body:
    return lambda _: fields


def _seat(column: str) -> Body:
    return lambda facts: {"seat": facts["people"][column]}


def _session(facts: Facts) -> Any:
    return {"session_id": facts["session"]}


_READY: tuple[Said, ...] = (("M", "minutes.ready", _fixed()),)


def _agrees(column: str) -> Said:
    def body(facts: Facts) -> Any:
        return {"seat": facts["people"][column], "scope": "recording", "agreed": True}

    return ("M", "consent.oral", body)


_ALL_AGREE = tuple(_agrees(column) for column in "PAC")
_IN_JOINT: tuple[Said, ...] = (("M", "space.joint", _fixed()),)
_CONNECTION = "connection-0"

SAYS: dict[str, Say] = {
    "enter": Say(body=_session),
    "leave": Say(),
    "media.start": Say(),
    "media.answer": Say(body=_fixed(connection=_CONNECTION, sdp="v=0")),
    "media.stop": Say(body=_fixed(connection=_CONNECTION)),
    "line.check": Say(),
    "own.media": Say(body=_fixed(microphone=True, camera=False)),
    "rights.heard": Say(body=_fixed(block=1)),
    "environment.declare": Say(body=_fixed(present="本人")),
    "call.mediator": Say(body=_fixed(wish="break")),
    "minutes.confirm": Say(body=_fixed(version=1, agreed=True), before=_READY),
    "stop": Say(body=_fixed(reason="")),
    "session.open": Say(moment="planned"),
    "session.take_over": Say(),
    "session.resume": Say(before=(("M", "session.pause", _fixed()),)),
    "session.pause": Say(),
    "space.lobby": Say(before=(("M", "space.reception", _fixed(side="applicant")),)),
    "space.joint": Say(),
    "space.reception": Say(body=_fixed(side="applicant")),
    "space.caucus": Say(body=_fixed(side="applicant", minutes=10)),
    "admit": Say(body=_seat("P")),
    "return": Say(body=_seat("P")),
    "device.admit": Say(body=_seat("P")),
    "identity.check": Say(
        body=lambda facts: {
            "seat": facts["people"]["P"],
            "document": "resident_identity_card",
            "matches": True,
        }
    ),
    "consent.oral": Say(
        body=lambda facts: {
            "seat": facts["people"]["C"],
            "scope": "online_mediation",
            "agreed": True,
        }
    ),
    "rights.read": Say(body=_fixed(block=1)),
    "rights.skip": Say(body=_fixed(reason="书面告知")),
    "tell": Say(body=_fixed(side="applicant", text="稍等。")),
    "call.answer": Say(body=_seat("P")),
    "mute.please": Say(body=_seat("P")),
    "recorder.caucus": Say(body=_fixed(along=True)),
    "recording.start": Say(before=(*_ALL_AGREE, *_IN_JOINT), in_chair=("space.joint",)),
    "recording.stop": Say(),
    "minutes.add": Say(body=_fixed(speaker="苏", text="各方到齐。", mark="notice")),
    "minutes.change": Say(
        body=lambda facts: {
            "id": facts["minutes"],
            "speaker": "苏",
            "text": "改。",
            "mark": "notice",
        }
    ),
    "minutes.ready": Say(),
    "adjourn": Say(body=_fixed(next_at="2025-03-20T09:00:00+08:00")),
    "close": Say(body=_fixed(outcome="agreed", note="一方已离开，笔录另送。")),
}
