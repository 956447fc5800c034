"""A person's browser that does again what is logged each time: slowed down, and others are not."""

from collections import Counter

import pytest

from server.api.throttle import Doors, TooFastError
from server.signalling import limits
from tests.access import callers
from tests.access.office import Office
from tests.access.socket import Socket
from tests.support.clock import FakeClock

FEW = 5
SOME = 3 * FEW


@pytest.fixture
def moment() -> str:
    return "open"


async def kinds(office: Office) -> Counter[str]:
    async with office.world.store.read() as uow:
        entries = await uow.log.of_case(office.facts["case"])
    return Counter(entry.body.split('"kind":"')[1].split('"')[0] for entry in entries)


async def connected(office: Office, letter: str) -> Socket:
    socket = await office.connect(callers.caller(letter, office.facts).cookies)
    assert socket is not None
    return socket


async def entering(office: Office, socket: Socket) -> str | None:
    told = await socket.ask("enter", {"session_id": office.facts["session"]})
    return "ok" if told["ok"] else told["code"]


async def come_and_go(office: Office, letter: str) -> Counter[str | None]:
    """Enter and leave, each time on another line."""
    told: Counter[str | None] = Counter()
    for _ in range(SOME):
        socket = await connected(office, letter)
        told[await entering(office, socket)] += 1
        await socket.ask("leave", {})
    return told


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOGGED_BURST", float(FEW))


@pytest.mark.usefixtures("few")
async def test_coming_and_going_fills_no_log(office: Office) -> None:
    before = await kinds(office)
    assert await come_and_go(office, "P") == {"ok": FEW, "too_fast": SOME - FEW}
    after = await kinds(office) - before
    assert after["join"] + after["rejoin"] == FEW
    assert after["leave"] == FEW
    assert await entering(office, await connected(office, "M")) == "ok"


@pytest.mark.usefixtures("few")
async def test_who_waits_may_come_again(office: Office) -> None:
    await come_and_go(office, "P")
    await office.stage.clock.advance(1 / limits.LOGGED_RATE)
    socket = await connected(office, "P")
    assert await entering(office, socket) == "ok"
    assert (await socket.ask("leave", {}))["ok"]


@pytest.mark.usefixtures("few")
async def test_staff_come_and_go_as_often_as_they_like(office: Office) -> None:
    assert await come_and_go(office, "M") == {"ok": SOME}


@pytest.mark.usefixtures("few")
async def test_answers_to_the_minutes_count_as_well(office: Office) -> None:
    socket = await connected(office, "P")
    assert await entering(office, socket) == "ok"
    say = {"version": 999, "agreed": True, "remark": ""}
    told = [(await socket.ask("minutes.confirm", say))["code"] for _ in range(FEW)]
    assert told == ["stale_revision"] * (FEW - 1) + ["too_fast"]


def test_nobody_honest_comes_near() -> None:
    logged = limits.Logged()
    every_five_seconds = range(0, 90 * 60, 5)
    assert all(logged.take("worker", float(now)) for now in every_five_seconds)


ANSWERS = {
    "/api/seat/answer": {"answer": "other_time", "text": "下午"},
    "/api/seat/enter": None,
    "/api/seat/agreement/answers": {"clause_id": "1", "clause_version": 1, "heard": True},
    "/api/seat/signing/refuse": {"reason": "再想想"},
}


@pytest.mark.parametrize("path", ANSWERS)
async def test_who_answered_too_often_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    asked: list[str] = []

    def refuse(_: Doors, person: str) -> None:
        asked.append(person)
        raise TooFastError(retry_after_s=10)

    monkeypatch.setattr(Doors, "answer", refuse)
    before, cookies = await kinds(office), callers.seat("P", office.facts).cookies
    told = await office.ask("POST", path, cookies=cookies, json=ANSWERS[path])
    assert (told.status, told.code) == (429, "too_fast")
    assert asked == [office.facts["people"]["P"]]
    assert await kinds(office) == before


def test_answers_are_counted_by_person() -> None:
    doors = Doors(FakeClock())
    for _ in range(300):
        doors.answer("worker")
    with pytest.raises(TooFastError) as refused:
        doors.answer("worker")
    assert refused.value.facts == {"retry_after_s": 11}
    doors.answer("agent")
