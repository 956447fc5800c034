"""Linux's engine keeps the promises of every engine, whether it waits or ticks."""

import sys

import pytest

from server.media.batch_engine import BatchEngine
from tests.media.engine_contract import EngineContract
from tests.media.packets import rtp
from tests.media.test_wire_bytes import GCM, Ears, Wire
from tests.media.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg is Linux's")


class TestBatchEngine(EngineContract):
    engine = "batch"


async def test_much_traffic_makes_it_tick_and_silence_makes_it_wait_again() -> None:
    engine, ears = BatchEngine("127.0.0.1", 0), Ears()
    wire = Wire(engine, ears, await engine.open(ears), GCM)
    wire.ears.answer = lambda link: None
    sent = 0

    def burst() -> bool:
        nonlocal sent
        for _ in range(60):
            wire.far.socket.send(wire.far.sent.protect(bytes(rtp(sent))))
            sent += 1
        return engine._pace.ticking

    await until(burst, within=5)
    burst()
    await until(lambda: len(ears.packets) == sent, within=2)
    await until(lambda: not engine._pace.ticking, within=2)
    burst()
    await until(lambda: len(ears.packets) == sent, within=2)
    engine.close()
    wire.far.socket.close()


async def test_it_can_be_closed_while_it_ticks_and_closed_again() -> None:
    engine, ears = BatchEngine("127.0.0.1", 0), Ears()
    wire = Wire(engine, ears, await engine.open(ears), GCM)

    def burst() -> bool:
        for number in range(60):
            wire.far.socket.send(wire.far.sent.protect(bytes(rtp(number))))
        return engine._pace.ticking

    await until(burst, within=5)
    engine.close()
    engine.close()
    for number in range(200):
        wire.send(number)
    assert engine.counters["packets_out"] == 0
    wire.far.socket.close()
