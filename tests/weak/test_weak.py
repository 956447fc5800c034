"""What a weak line costs: never the voice, and no frozen picture where repair can help."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.domain.ids import ConnectionId
from server.media import sparing, thrift as thrifts, uplink as uplinks
from server.media.downlink import Downlink
from server.media.formats import Kind
from server.media.rounds import Rounds
from server.media.settings import WorkerSettings
from server.media.sparing import Sparing
from server.ports.media import Edge, TableVersion
from tests.fuzz.yard import AT, ROOM, Yard, yard
from tests.weak.clock import leap
from tests.weak.line import Line
from tests.weak.phone import Phone

MINUTE = 60
WEAK, GOOD, OTHER = list(AT)
NARROW = 150_000
LIMITS = WorkerSettings(control=Path("unused"))
CAP_KBPS = LIMITS.cap_kbps
MOST_LOST = 0.01
SETTLED_S = 5
STEP_S = 0.1
SEED = 5


@dataclass
class Room:
    """Three phones who all see each other; the first one's line may be bad."""

    it: Yard
    phones: dict[ConnectionId, Phone]
    down: dict[ConnectionId, Line]
    up: dict[ConnectionId, Line]

    @property
    def held(self) -> set[int]:
        """Return the slots whose pictures wait for the first phone."""
        return set(self.it.plane.connections[WEAK].thrift.held)

    def streams(self, name: ConnectionId, kind: Kind) -> list[int]:
        """Return the streams of this kind that somebody sends to a phone."""
        opened = self.it.plane.connections[name].open_downlinks()
        return [one.ssrc for one in opened if one.kind is kind]

    def lost_voices(self, name: ConnectionId) -> float:
        heard = self.phones[name].heard
        return max(heard[ssrc].lost for ssrc in self.streams(name, Kind.AUDIO))

    def frozen_seconds(self, name: ConnectionId, begun: float, seconds: int) -> int:
        """Return in how many whole seconds some picture did not move at all."""
        frozen = 0
        for ssrc in self.streams(name, Kind.VIDEO):
            moved = {int(at - begun) for at in self.phones[name].shown[ssrc]}
            frozen += len(set(range(seconds)) - moved)
        return frozen


def a_room(
    *,
    loss: float = 0.0,
    picture_kbps: float = 400,
    estimates: bool = False,
    kind: type[Phone] = Phone,
    **air: float,
) -> Room:
    """Return one; `loss` and `air`, more of what a line may be, are of the first phone's."""
    it = yard(CAP_KBPS, LIMITS.sound_kbps)
    dice = random.Random(SEED)
    phones: dict[ConnectionId, Phone] = {}
    down: dict[ConnectionId, Line] = {}
    up: dict[ConnectionId, Line] = {}
    names = {address: name for name, address in AT.items()}

    def arrives(name: ConnectionId) -> Callable[[bytes], None]:
        return lambda raw: it.engine._arrived(raw, AT[name])

    for number, name in enumerate(AT):
        bad: dict[str, float] = {"loss": loss, **air} if name == WEAK else {}
        up[name] = Line(arrives(name), dice=dice, **bad)
        phones[name] = kind(
            10 * number + 1, up[name].send, picture_kbps=picture_kbps, estimates=estimates
        )
        down[name] = Line(phones[name].take, dice=dice, **bad)

    def leave(address: object, raw: bytes) -> None:
        down[names[address]].send(raw)  # type: ignore[index]  # an address of ours

    it.engine.datagram = leave  # type: ignore[method-assign]  # what is sent takes its line
    rounds = Rounds(it.plane)
    rounds.start()
    for phone in phones.values():
        phone.start()
    return Room(it, phones, down, up)


async def narrowed(
    seconds: int,
    *,
    settled_s: int = SETTLED_S,
    bits: int = NARROW,
    estimates: bool = False,
    kind: type[Phone] = Phone,
) -> Room:
    """Return a room whose first phone, once settled, has had a narrow line for so long."""
    room = a_room(estimates=estimates, kind=kind)
    await asyncio.sleep(settled_s)
    room.down[WEAK].widen(bits)
    for heard in room.phones[WEAK].heard.values():
        heard.forget()
    await asyncio.sleep(seconds)
    assert not room.it.faults
    return room


async def repaired() -> int:
    """Return how many seconds were frozen at anybody in a minute of five percent each way."""
    room = a_room(loss=0.05)
    await asyncio.sleep(SETTLED_S)
    begun = asyncio.get_running_loop().time()
    await asyncio.sleep(MINUTE)
    assert room.down[WEAK].dropped > 200
    return sum(room.frozen_seconds(name, begun, MINUTE) for name in AT)


def test_on_150_kbit_voices_arrive_and_pictures_wait() -> None:
    async def play() -> None:
        begun = asyncio.get_running_loop().time() + SETTLED_S
        room = await narrowed(5 * MINUTE)
        assert room.held == {0, 1}
        assert room.lost_voices(WEAK) < MOST_LOST
        assert room.lost_voices(GOOD) == room.lost_voices(OTHER) == 0
        assert room.frozen_seconds(GOOD, begun, 5 * MINUTE) == 0

    leap(play())


@pytest.mark.parametrize("settled_s", [0, SETTLED_S])
@pytest.mark.parametrize("estimates", [False, True])
def test_the_first_two_minutes_on_150_kbit_cost_no_more(*, settled_s: int, estimates: bool) -> None:
    async def play() -> None:
        room = await narrowed(2 * MINUTE, settled_s=settled_s, estimates=estimates)
        assert room.lost_voices(WEAK) < MOST_LOST

    leap(play())


def test_it_finds_a_worker_that_is_slow_to_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrifts, "CHOKED", 1e9)
    monkeypatch.setattr(sparing, "_FULL", 1e9)

    async def play() -> None:
        room = await narrowed(2 * MINUTE)
        assert room.lost_voices(WEAK) > MOST_LOST

    leap(play())


def test_it_finds_a_worker_that_tries_with_whole_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sparing, "_try", Sparing._release)

    async def play() -> None:
        room = await narrowed(2 * MINUTE)
        assert room.lost_voices(WEAK) > MOST_LOST

    leap(play())


def test_pictures_come_back_one_by_one_with_the_line() -> None:
    async def play() -> None:
        room = await narrowed(10)
        assert room.held == {0, 1}
        room.down[WEAK].widen(10_000_000)
        begun = asyncio.get_running_loop().time()
        back: dict[int, float] = {}
        while room.held:
            await asyncio.sleep(STEP_S)
            for slot in {0, 1} - room.held - back.keys():
                back[slot] = asyncio.get_running_loop().time() - begun
        assert list(back) == [0, 1]
        assert back[1] - back[0] >= 15
        await asyncio.sleep(1)
        shown = room.phones[WEAK].shown.values()
        assert all(max(times) > begun + back[1] for times in shown)

    leap(play())


@pytest.mark.parametrize("after_s", [10, 2 * MINUTE, 5 * MINUTE])
def test_the_first_picture_is_back_soon_however_long_it_waited(after_s: int) -> None:
    async def play() -> None:
        room = await narrowed(after_s)
        assert room.held == {0, 1}
        room.down[WEAK].widen(10_000_000)
        begun = asyncio.get_running_loop().time()
        while room.held == {0, 1}:
            await asyncio.sleep(STEP_S)
        # Fifteen seconds clean, and a trial with padding, which takes some.
        assert asyncio.get_running_loop().time() - begun < 15 + 7

    leap(play())


def test_a_second_in_a_tunnel_holds_nothing() -> None:
    async def play() -> None:
        room = a_room()
        for _ in range(3):
            await asyncio.sleep(SETTLED_S)
            room.down[WEAK].lose(1)
            await asyncio.sleep(1)
            room.down[WEAK].lose(0)
            begun = asyncio.get_running_loop().time()
            await asyncio.sleep(2)
            assert room.held == set()
            assert all(max(at) > begun for at in room.phones[WEAK].shown.values())

    leap(play())


def test_where_one_picture_fits_only_the_other_waits() -> None:
    async def play() -> None:
        room = await narrowed(20, bits=600_000)
        begun = asyncio.get_running_loop().time()
        assert 0 not in room.held
        await asyncio.sleep(MINUTE)
        assert room.held == {1}
        assert room.lost_voices(WEAK) < MOST_LOST
        kept = room.streams(WEAK, Kind.VIDEO)[0]
        moved = {int(at - begun) for at in room.phones[WEAK].shown[kept] if at >= begun}
        assert moved == set(range(MINUTE))

    leap(play())


def test_where_all_fit_smaller_all_become_smaller() -> None:
    async def play() -> None:
        room = await narrowed(MINUTE, bits=700_000, estimates=True)
        assert room.held == set()
        assert room.lost_voices(WEAK) < MOST_LOST
        assert all(room.phones[name].kbps < 350 for name in (GOOD, OTHER))

    leap(play())


def test_who_comes_after_a_weak_one_sees_whole_pictures_at_once() -> None:
    async def play() -> None:
        room = a_room(picture_kbps=1500, estimates=True)
        await asyncio.sleep(SETTLED_S)
        room.down[WEAK].widen(700_000)
        await asyncio.sleep(MINUTE)
        assert room.phones[GOOD].kbps < 700
        plane = room.it.plane
        plane.route(ROOM, TableVersion(epoch=1, n=2), frozenset())
        await asyncio.sleep(3)
        one = frozenset({Edge(source=GOOD, subscriber=OTHER, slot=0)})
        plane.route(ROOM, TableVersion(epoch=1, n=3), one)
        await asyncio.sleep(3)
        assert room.phones[GOOD].kbps == 1500

    leap(play())


def test_with_five_percent_lost_each_way_no_second_is_frozen() -> None:
    async def play() -> None:
        assert await repaired() == 0

    leap(play())


@pytest.mark.parametrize("way", ["up", "down"])
def test_it_finds_a_worker_that_repairs_one_way_alone(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "up":
        monkeypatch.setattr(uplinks, "NACK_TRIES", 0)
    else:
        monkeypatch.setattr(Downlink, "repeat", lambda self, sequence, now: None)

    async def play() -> None:
        assert await repaired() > 0

    leap(play())
