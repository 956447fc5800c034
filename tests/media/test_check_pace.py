"""How many connectivity checks a seat is answered: all that browsers send, and no flood."""

from collections import Counter
from typing import Final

import pytest
from aioice.stun import Class, Message, Method

from server.domain.ids import ConnectionId
from server.media.connection import Connection
from tests.media.test_rows import Sitting

PAIRS: Final = 16
"""Four addresses of a phone, two of the worker, UDP and TCP."""
TRIES_S: Final = (0.0, 0.1, 0.3, 0.7, 1.5, 3.1)
"""When a check that nobody answers is sent again (RFC 8489 6.2.1, from 100 ms on)."""
PACE_S: Final = 0.02
"""Firefox begins with another pair as often; Chromium waits 48 ms (RFC 8445 14.2)."""
CONSENT_S: Final = 0.48
"""As often Chromium asks on each of its ways while they are new; later every 2.5 s."""


class Checked(Sitting):
    """Counts answers; time stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.now = self.plane.paths._time()
        self.answered: Counter[str] = Counter()
        monkeypatch.setattr(self.plane.paths, "_time", lambda: self.now)
        monkeypatch.setattr(self.engine, "datagram", lambda to, raw: self.answered.update([to[0]]))

    def seat(self, name: str) -> Connection:
        return self.plane.connections[ConnectionId(name)]

    def check(self, name: str) -> None:
        """Let an authentic check of a seat arrive,."""
        seat = self.seat(name)
        asked = {"USERNAME": f"{seat.ufrag}:phone", "PRIORITY": 1}
        message = Message(Method.BINDING, Class.REQUEST, attributes=asked)
        message.add_message_integrity(seat.password.encode())
        self.plane.stun(bytes(message), ("192.0.2.1", 7))


@pytest.fixture
async def it(monkeypatch: pytest.MonkeyPatch) -> Checked:
    return Checked(monkeypatch)


async def test_a_start_over_every_way_at_once_is_answered_whole(it: Checked) -> None:
    begun = it.now
    times = sorted(pair * PACE_S + again for pair in range(PAIRS) for again in TRIES_S)
    for at in times:
        it.now = begun + at
        it.check("a")
    assert it.answered.total() == len(times)


async def test_consent_on_every_way_is_answered_for_ever(it: Checked) -> None:
    for _ in range(500):
        it.now += CONSENT_S
        for _ in range(PAIRS):
            it.check("a")
    assert it.answered.total() == 500 * PAIRS
    assert not it.engine.counters["drop_stun_flood"]


async def test_a_flood_is_answered_at_its_pace_and_keeps_nobody_else_waiting(it: Checked) -> None:
    for _ in range(1000):
        it.check("a")
    assert it.answered.total() == 100
    it.check("b")
    assert it.answered.total() == 101
    it.now += 1.0
    for _ in range(1000):
        it.check("a")
    assert it.answered.total() == 151
    assert it.engine.counters["drop_stun_flood"] == 1850


async def test_guesses_take_nothing_from_whom_they_are_made_about(it: Checked) -> None:
    seat = it.seat("a")
    truth, seat.password = seat.password, "a guess"
    message = Message(
        Method.BINDING, Class.REQUEST, attributes={"USERNAME": f"{seat.ufrag}:x", "PRIORITY": 1}
    )
    message.add_message_integrity(seat.password.encode())
    seat.password = truth
    for _ in range(1000):
        it.plane.stun(bytes(message), ("192.0.2.1", 7))
    it.check("a")
    assert it.answered.total() == 1
