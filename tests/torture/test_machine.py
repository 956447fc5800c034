"""Witnesses tell when the machine lets nobody on, and that is taken off what the loop took."""

import asyncio
import os
import signal
import time

import pytest

from tests.torture.machine import stalled, witnessed
from tests.torture.served import stopped

LONG = 0.05


async def test_a_processor_that_lets_nobody_on_is_seen_by_its_witness_alone() -> None:
    async with witnessed() as machine:
        first = machine.witnesses[0]
        since = time.perf_counter()
        os.kill(first.pid, signal.SIGSTOP)
        await stopped(first.pid)
        until = time.perf_counter() + LONG
        await asyncio.sleep(LONG)
        os.kill(first.pid, signal.SIGCONT)
        seen, *others = await machine.stalls()
        again, *_ = await machine.stalls()
    whole = stalled(since, until, seen, queued=False)
    assert whole > LONG / 2
    assert all(stalled(since, until, other, queued=False) < whole for other in others)
    assert stalled(since, until, again, queued=False) == 0.0  # told once


@pytest.mark.parametrize(
    ("since", "until", "queued", "whole"),
    [
        (1.0, 2.0, 0.0, 0.0),
        (2.5, 5.0, 0.3, 0.5),
        (2.0, 3.0, 0.8, 1.0),
        (0.0, 9.0, 1.8, 2.0),
    ],
)
def test_so_much_of_a_stretch_was_stalled(
    since: float, until: float, queued: float, whole: float
) -> None:
    stalls = [(2.0, 3.0, 0.2), (6.0, 7.0, 0.0)]
    assert stalled(since, until, stalls, queued=False) == pytest.approx(queued)
    assert stalled(since, until, stalls, queued=True) == pytest.approx(whole)
