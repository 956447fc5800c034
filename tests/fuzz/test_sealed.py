"""Broken packets over real sockets and real SRTP, through either engine and its own buffers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pylibsrtp
import pytest

from server.media.batch_engine import BatchEngine
from server.media.connection import Stage
from server.media.engine import Engine
from server.media.meters import Allowance
from server.media.plain_engine import PlainEngine
from server.media.plane import Plane
from server.media.settings import WorkerSettings
from server.ports.media import Edge, TableVersion
from tests.fuzz.conftest import BUG_INPUTS, INPUTS, SEED, Told
from tests.fuzz.mutation import broken, dice_of
from tests.fuzz.samples import packets, reports
from tests.fuzz.yard import BOUNDLESS_KBPS, GOOD, HOSTILE, ROOM, FoundError, expect
from tests.media.test_wire_bytes import UP, Far, session
from tests.media.waiting import until

AT_ONCE = 32


@dataclass
class Line:
    """A hostile phone with keys of its own, a good one that sees it, and the worker between."""

    engine: Engine
    plane: Plane
    hostile: Far
    good: Far

    async def throw(self, inputs: int) -> int:
        """Send so many; return how many libsrtp itself would not seal for an attacker."""
        unsealed = 0
        clear = [*packets(), *reports(next(iter(self.plane.connections[HOSTILE].by_ssrc)))]
        for number in range(inputs):
            dice = dice_of(SEED, "sealed", number)
            sample = _renumbered(dice.choice(clear), number)
            try:
                if number % 2:
                    self._send(broken([self._seal(sample)], dice))
                else:
                    self._send(self._seal(broken([sample], dice)))
            except (pylibsrtp.Error, ValueError, IndexError):
                unsealed += 1
            if number % AT_ONCE == 0:
                await self._settle()
                self._renew_keys()
        return unsealed

    def _renew_keys(self) -> None:
        """Forget the numbers that broken packets claimed: libsrtp would refuse all later ones."""
        self.hostile.sent = session(UP, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        link = self.plane.connections[HOSTILE].link
        link.srtp = self.hostile.keys()
        link.rtp_ssrcs.clear()
        link.rtcp_ssrcs.clear()
        self.plane.connections[HOSTILE].ssrcs_seen.clear()

    def _seal(self, raw: bytes) -> bytes:
        report = raw[1] in range(192, 224)
        return self.hostile.sent.protect_rtcp(raw) if report else self.hostile.sent.protect(raw)

    def _send(self, raw: bytes) -> None:
        self.hostile.socket.send(raw[:1500] or b"\0")

    async def _settle(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0.0005)
        self.hostile.take()
        self.good.take()
        expect(self.engine.counters["faults"] == 0, "a handler failed")
        expect(len(self.plane.connections) == 2, "somebody was dropped")


def _renumbered(raw: bytes, number: int) -> bytes:
    if raw[1] in range(192, 224):
        return raw
    return raw[:2] + (number % 0x10000).to_bytes(2, "big") + raw[4:]


@pytest.fixture(params=[PlainEngine, BatchEngine], ids=["plain", "batch"])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    engine: Engine = request.param("127.0.0.1", 0)
    limits = WorkerSettings(
        control=Path("unused"), cap_kbps=BOUNDLESS_KBPS, sound_kbps=BOUNDLESS_KBPS
    )
    tasks: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    plane = Plane(
        limits,
        engine,
        tell=lambda _: None,
        spawn=lambda work: tasks.append(loop.create_task(work)),
    )
    port = await plane.open()
    made = Line(engine, plane, Far(("127.0.0.1", port)), Far(("127.0.0.1", port)))
    for name, far in ((HOSTILE, made.hostile), (GOOD, made.good)):
        plane.connect(ROOM, name)
        connection = plane.connections[name]
        engine.admit(connection.link, far.address)
        connection.link.address, connection.link.srtp = far.address, far.keys()
        connection.stage = Stage.CONNECTED
        connection.reports = Allowance(1e12, loop.time())
    edge = Edge(source=HOSTILE, subscriber=GOOD, slot=0)
    plane.route(ROOM, TableVersion(epoch=1, n=1), frozenset({edge}))
    yield made
    plane.close()
    await asyncio.gather(*tasks)
    engine.close()
    for far in (made.hostile, made.good):
        far.socket.close()


async def test_sealed_packets_however_broken_cost_only_themselves(line: Line, told: Told) -> None:
    unsealed = await line.throw(INPUTS)
    counters = line.engine.counters
    await until(lambda: counters["packets_in"] > 0.9 * (INPUTS - unsealed), within=10)
    assert counters["drop_unprotect"] > INPUTS / 20
    assert counters["drop_rtp_malformed"] + counters["drop_rtcp_malformed"] > 0
    assert unsealed < INPUTS / 2
    came = counters["packets_in"]
    told(f"sealed ({type(line.engine).__name__}): {INPUTS} inputs, {came} came")


async def test_it_finds_what_breaks_behind_the_seal(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = line.plane._admit

    def careless(connection: Any, raw: bytearray, now: float) -> Any:
        return read(connection, raw, now) if raw[12] != 0xBE or raw[13] else None

    monkeypatch.setattr(line.plane, "_admit", careless)
    with pytest.raises(FoundError, match="a handler failed"):
        await line.throw(BUG_INPUTS)
