"""A worker's plane over an engine without a socket, with one hostile phone and two good ones."""

import asyncio
import hashlib
import hmac
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.domain.ids import ConnectionId, RoomId
from server.media.connection import Connection, Stage
from server.media.engine import MAX_RTCP_SSRCS, MAX_RTP_SSRCS
from server.media.meters import Allowance
from server.media.plain_engine import PlainEngine
from server.media.plane import Plane
from server.media.rtp import HEADER
from server.media.secure import SrtpPair
from server.media.settings import WorkerSettings
from server.media.stun import Address
from server.media.uplink import HISTORY, MAX_MISSING
from server.ports.media import Edge, MediaEvent, TableVersion

ROOM = RoomId("room")
HOSTILE, GOOD, OTHER = (ConnectionId(name) for name in ("hostile", "good", "other"))
STRANGER: Address = ("192.0.2.66", 6666)
AT: dict[ConnectionId, Address] = {
    HOSTILE: ("192.0.2.1", 1111),
    GOOD: ("192.0.2.2", 2222),
    OTHER: ("192.0.2.3", 3333),
}
MOST_CPU_S = 0.25
"""No input may hold the worker up for longer; far more than any needs, far less than an attack."""
LAYOUTS = 256
BOUNDLESS_KBPS = 1_000_000_000


class FoundError(AssertionError):
    """An input did what none may do."""


class Clear:
    """In SRTP's place: what is behind it must stand every byte, for a phone holds its own keys."""

    def unprotect(self, raw: bytes) -> bytes:
        return raw

    unprotect_rtcp = protect = protect_rtcp = unprotect


class Deaf(PlainEngine):
    """The plain engine; what it would send is noted."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 0)
        self.sent: list[tuple[Address, bytes]] = []

    def datagram(self, address: Address, raw: bytes) -> None:
        self.sent.append((address, raw))


@dataclass
class Yard:
    engine: Deaf
    plane: Plane
    tasks: list[asyncio.Task[None]]
    told: list[MediaEvent] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0
    answered: int = 0

    @property
    def hostile(self) -> Connection:
        return self.plane.connections[HOSTILE]

    async def ended(self) -> None:
        """Wait for the goodbyes, once the plane is closed."""
        await asyncio.gather(*self.tasks)

    def throw(self, raw: bytes, address: Address) -> list[tuple[Address, bytes]]:
        """Let one datagram arrive; return what went out because of it."""
        self.engine.sent.clear()
        begun = time.thread_time()
        self.engine._arrived(raw, address)
        took = time.thread_time() - begun
        self.slowest = max(self.slowest, took)
        sent = list(self.engine.sent)
        self.answered += bool(sent)
        self.judge(took)
        return sent

    def judge(self, took: float) -> None:
        """Raise FoundError unless the guard held and everything is as bounded as promised."""
        hostile = self.plane.connections.get(HOSTILE)
        if hostile is None or len(self.plane.connections) != len(AT):
            raise FoundError("somebody was dropped")
        expect(self.engine.counters["faults"] == 0, "a handler failed")
        expect(not self.faults, f"the loop heard of {self.faults}")
        expect(took < MOST_CPU_S, f"{took:.3f} s of CPU")
        link = hostile.link
        expect(len(link.rtp_ssrcs) <= MAX_RTP_SSRCS, "streams")
        expect(len(link.rtcp_ssrcs) <= MAX_RTCP_SSRCS, "reporters")
        for uplink in hostile.uplinks.values():
            expect(len(uplink._missing) <= MAX_MISSING, "missing numbers")
            expect(len(uplink._history) == HISTORY, "history")
            expect(len(uplink.layouts) <= LAYOUTS, "layouts")

    def expect_forwarded_whole(self, raw: bytes, came: bytes) -> None:
        """Raise unless it is of a stream the good phone was offered, and carries what came."""
        ssrc = HEADER.unpack_from(raw)[4]
        expect(raw[payload_at(came) :] == came[payload_at(came) :], "another payload was forwarded")
        expect(ssrc in self.plane.connections[GOOD].by_ssrc, "a foreign stream was forwarded")


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise FoundError(what)


def yard(cap_kbps: int = BOUNDLESS_KBPS, sound_kbps: int = BOUNDLESS_KBPS) -> Yard:
    """Return one with all three connected, everybody receiving everybody."""
    engine = Deaf()
    # The limits on how much a phone may send would keep most inputs from what is behind them.
    chance = random.Random(0).randbytes
    limits = WorkerSettings(
        control=Path("unused"), cap_kbps=cap_kbps, sound_kbps=sound_kbps, chance=chance
    )
    tasks: list[asyncio.Task[None]] = []
    start = asyncio.get_running_loop().create_task
    told: list[MediaEvent] = []
    plane = Plane(limits, engine, tell=told.append, spawn=lambda work: tasks.append(start(work)))
    engine._receiver = plane
    made = Yard(engine, plane, tasks, told)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, fault: made.faults.append(fault))
    for name, address in AT.items():
        plane.connect(ROOM, name)
        connection = plane.connections[name]
        connection.reports = Allowance(1e12, loop.time())
        connection.checks = Allowance(1e12, loop.time())
        engine.admit(connection.link, address)
        clear: Any = Clear()
        connection.link.address, connection.link.srtp = address, SrtpPair(clear, clear)
        connection.stage = Stage.CONNECTED
    names = list(AT)
    edges = frozenset(
        Edge(source=source, subscriber=name, slot=slot)
        for name in names
        for slot, source in enumerate(one for one in names if one != name)
    )
    plane.route(ROOM, TableVersion(epoch=1, n=1), edges)
    return made


def payload_at(raw: bytes) -> int:
    """Return where the payload begins (RFC 3550 5.1, 5.3.1), read without the worker's parser."""
    at = 12 + 4 * (raw[0] & 0x0F)
    return at + 4 + 4 * int.from_bytes(raw[at + 2 : at + 4], "big") if raw[0] & 0x10 else at


def authentic(raw: bytes, password: str) -> bool:
    """Judge a check's MESSAGE-INTEGRITY (RFC 8489 14.5) without the library the worker uses."""
    at = 20
    while at + 4 <= len(raw):
        kind, size = (int.from_bytes(raw[at + o : at + o + 2], "big") for o in (0, 2))
        if kind == 0x0008:
            head = raw[:2] + (at - 20 + 24).to_bytes(2, "big") + raw[4:at]
            code = hmac.new(password.encode(), head, hashlib.sha1).digest()
            return size == 20 and hmac.compare_digest(code, raw[at + 4 : at + 24])
        at += 4 + size + -size % 4
    return False


def signed(raw: bytes, password: str) -> bytes:
    """Return a check, however broken, with a proof of its own: a phone knows its password."""
    body = raw[20:]
    size = (len(body) + 24).to_bytes(2, "big")
    head = raw[:2] + size + raw[4:20]
    code = hmac.new(password.encode(), head + body, hashlib.sha1).digest()
    return head + body + b"\0\x08\0\x14" + code


def run(inputs: int, attempt: Callable[[int], None], how: Callable[[int], str]) -> None:
    """Make so many attempts; name the input that found something, to be thrown again."""
    for number in range(inputs):
        try:
            attempt(number)
        except FoundError as found:
            raise FoundError(f"{found}; {how(number)}") from found
