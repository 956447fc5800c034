"""The control language between app and worker: one JSON object per line over a Unix socket.

Requests carry `id` and `op`; replies carry the same `id` and either `ok` or `error`; events carry
`event`. See `PROTOCOL.md` for every message.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from server.domain.errors import DomainError
from server.domain.ids import ConnectionId, RecordingId
from server.ports.media import (
    BadSdpError,
    BadTableError,
    Edge,
    MediaConnected,
    MediaEvent,
    MediaFullError,
    MediaLoss,
    MediaLost,
    MediaReady,
    MediaReport,
    Recorded,
    RecordingEnded,
    RecordingHead,
    StaleTableError,
    TableVersion,
    UnknownConnectionError,
)

PROTOCOL: Final = 1
MAX_LINE: Final = 256 * 1024
KEY_BYTES: Final = 32
MAX_SOCKET_PATH: Final = 107
"""Longest path of a Unix socket on Linux, without the closing zero."""

Message = dict[str, Any]

_JSON: Final = json.JSONEncoder(separators=(",", ":"))

_REFUSALS: Final = {
    one.code: one
    for one in (
        BadSdpError,
        BadTableError,
        MediaFullError,
        StaleTableError,
        UnknownConnectionError,
    )
}


class WireError(Exception):
    """The other side does not speak this language; the socket is closed."""


async def read_line(reader: asyncio.StreamReader) -> Message | None:
    """Return the next message; None at the end; raise WireError for anything else."""
    try:
        line = await reader.readline()
    except (ValueError, asyncio.LimitOverrunError) as fault:
        raise WireError("line too long") from fault
    if not line.endswith(b"\n"):
        return None
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise WireError("not JSON") from fault
    if not isinstance(message, dict):
        raise WireError("not an object")
    return message


def write_line(message: Message) -> bytes:
    return _JSON.encode(message).encode() + b"\n"


def edges_out(edges: frozenset[Edge]) -> list[list[Any]]:
    return [[one.source, one.subscriber, one.slot, one.audio, one.video, one.rank] for one in edges]


def edges_in(raw: object) -> frozenset[Edge]:
    """Return the edges of a route message; raise WireError."""
    if not isinstance(raw, list):
        raise WireError("edges")
    return frozenset(_edge(one) for one in raw)


def _edge(raw: object) -> Edge:
    match raw:
        case [
            str() as source,
            str() as subscriber,
            int() as slot,
            bool() as audio,
            bool() as video,
            int() as rank,
        ]:
            return Edge(
                source=ConnectionId(source),
                subscriber=ConnectionId(subscriber),
                slot=slot,
                audio=audio,
                video=video,
                rank=rank,
            )
        case _:
            raise WireError("edge")


def recorded_out(recorded: Recorded | None, *, far: bool = False) -> Message | None:
    """Return what a route message orders to be written; a far worker needs no key for it."""
    if recorded is None:
        return None
    return {
        "recording": recorded.recording,
        "key": "" if far else base64.b64encode(recorded.key).decode(),
        "sources": dict(recorded.sources),
    }


def recorded_in(raw: object) -> Recorded | None:
    """Return what a route message orders to be written; raise WireError."""
    match raw:
        case None:
            return None
        case {"recording": str(recording), "key": str(key), "sources": dict(sources)}:
            return Recorded(
                recording=RecordingId(recording),
                key=_key(key),
                sources={ConnectionId(str(one)): str(name) for one, name in sources.items()},
            )
        case _:
            raise WireError("recorded")


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise WireError("recorded") from None
    if key and len(key) != KEY_BYTES:
        raise WireError("recorded")
    return key


def version_in(raw: object) -> TableVersion:
    match raw:
        case [int() as epoch, int() as n]:
            return TableVersion(epoch=epoch, n=n)
        case _:
            raise WireError("version")


def event_out(event: MediaEvent) -> Message:
    kind = type(event)
    facts = {name: getattr(event, name) for name in _FACTS[kind]}
    return {"event": _EVENT_NAMES[kind], **facts}


def event_in(message: Message) -> MediaEvent:
    """Return the event a worker told of; raise WireError."""
    facts = {name: value for name, value in message.items() if name != "event"}
    kind: Callable[..., MediaEvent] | None = _EVENTS.get(message["event"])
    if kind is None:
        raise WireError("event")
    if "reason" in facts:
        facts["reason"] = MediaLoss(facts["reason"])
    try:
        if "videos_held" in facts:
            facts["videos_held"] = tuple(ConnectionId(str(one)) for one in facts["videos_held"])
        return kind(**facts)
    except TypeError as fault:
        raise WireError("event") from fault


def refusal_out(refusal: DomainError) -> Message:
    return {"error": refusal.code, "facts": refusal.facts}


def refusal_in(message: Message) -> DomainError:
    """Return the refusal a worker answered with; raise WireError for an unknown one."""
    kind = _REFUSALS.get(message["error"])
    facts = message.get("facts")
    if kind is None or not isinstance(facts, dict):
        raise WireError(str(message["error"]))
    return kind(**facts)


_EVENTS: Final = {
    "connected": MediaConnected,
    "ready": MediaReady,
    "lost": MediaLost,
    "report": MediaReport,
    "recording_head": RecordingHead,
    "recording_ended": RecordingEnded,
}
_EVENT_NAMES: Final = {kind: name for name, kind in _EVENTS.items()}
_FACTS: Final = {kind: [one.name for one in fields(kind)] for kind in _EVENTS.values()}
