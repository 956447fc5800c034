"""A second phone of a seat: it learns that it waits, when it may come in, and that all is over."""

import itertools
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from server.domain.session import Session
from server.ports.store import UnitOfWork
from server.store.errors import UnavailableError
from tests.access.office import Office
from tests.access.socket import Socket
from tests.hostile.test_cunning_frames import entered

NOTHING: dict[str, Any] = {
    "state": "scheduled",
    "space": "lobby",
    "caucus_side": None,
    "hold": "none",
    "hold_minutes": None,
    "hold_text": "",
    "lamp": "none",
    "lamp_at": None,
    "audience": [],
    "unseen_by": [],
    "seats": [],
    "slots": [],
    "device": "waiting",
    "rights_block": 0,
    "rights_total": 0,
    "rights_heard": [],
    "environment": None,
    "identified": False,
    "minutes": {"version": 0, "ready": False, "items": [], "answers": {}},
    "agreement_revision": 0,
    "agreement_state": None,
    "reading": None,
    "recording": {"state": "off", "since": None, "reason": "", "own_consent": None},
    "outcome": "",
    "end_reason": "",
    "desk": None,
}
HAPPENINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("P", "environment.declare", {"present": "我和妻子"}),
    ("P", "rights.heard", {"block": 1}),
    ("M", "tell", {"side": "applicant", "text": "稍等。"}),
    ("M", "rights.read", {"block": 2}),
    ("M", "space.reception", {"side": "applicant"}),
    ("M", "minutes.add", {"speaker": "苏", "text": "各方到齐。", "mark": "notice"}),
    ("M", "minutes.ready", {}),
    ("M", "space.caucus", {"side": "applicant", "minutes": 10}),
    ("M", "session.pause", {}),
)


@pytest.fixture
def moment() -> str:
    return "open"


async def _happen(office: Office) -> Socket:
    """Let everything happen that the seat's own phone is told; return the mediator's console."""
    sockets = {letter: await entered(office, letter) for letter in ("M", "P")}
    for letter, event, say in HAPPENINGS:
        told = await sockets[letter].ask(event, say)
        assert told["ok"], (event, told)
    return sockets["M"]


async def _changes(socket: Socket) -> list[dict[str, Any]]:
    """Return what was told until now: what comes after it is behind the next answer."""
    await socket.ask("line.check")
    return [said for name, said in socket.news if name == "change"]


def _shown(office: Office, change: dict[str, Any]) -> dict[str, Any]:
    """Return the snapshot without what says which room and which change it is of."""
    shown = dict(change["snapshot"])
    assert shown.pop("n") == change["n"]
    assert shown.pop("session_id") == office.facts["session"]
    return shown


async def test_it_is_told_nothing_of_what_has_happened(office: Office) -> None:
    await _happen(office)
    (change,) = await _changes(await entered(office, "waiting"))
    shown = _shown(office, change)
    async with office.world.store.read() as uow:
        session = await uow.sessions.get(office.facts["session"])
    planned = shown.pop("since")
    assert planned == session.planned_at.isoformat().replace("+00:00", "Z")
    assert (shown, change["events"]) == (NOTHING, [])


async def test_it_hears_nothing_while_things_happen(office: Office) -> None:
    second = await entered(office, "waiting")
    await _happen(office)
    assert len(await _changes(second)) == 1


async def test_it_hears_that_it_may_come_in(office: Office) -> None:
    second = await entered(office, "waiting")
    mediator = await _happen(office)
    told = await mediator.ask("device.admit", {"seat": office.facts["people"]["P"]})
    assert told["ok"], told
    assert (await _changes(second))[-1]["events"] == ["enter_again"]
    assert (await second.ask("enter", {"session_id": office.facts["session"]}))["ok"]
    shown = (await _changes(second))[-1]["snapshot"]
    assert shown["device"] == "holder"
    assert (shown["environment"], shown["identified"]) == (None, False), "of the former device"


async def test_it_is_somebody_until_he_was_compared_with_his_document(office: Office) -> None:
    second, mediator = await entered(office, "waiting"), await _happen(office)
    seat = {"seat": office.facts["people"]["P"]}
    await mediator.ask("device.admit", seat)
    await second.ask("enter", {"session_id": office.facts["session"]})
    assert not (await mediator.ask("admit", seat))["ok"], "identity is owed again"
    look = {**seat, "document": "resident_identity_card", "matches": True}
    assert (await mediator.ask("identity.check", look))["ok"]
    assert (await mediator.ask("admit", seat))["ok"]
    assert (await _changes(second))[-1]["snapshot"]["identified"]


async def test_it_is_let_in_and_owes_its_identity_or_neither(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat, mediator = {"seat": office.facts["people"]["P"]}, await entered(office, "M")
    await entered(office, "P")
    second = await entered(office, "waiting")
    for writes in range(1, 4):
        _fail_at(office, monkeypatch, writes)
        told = await mediator.ask("device.admit", seat)
        monkeypatch.undo()
        await office.world.rooms.touch(office.facts["case"])
        assert (await second.ask("enter", {"session_id": office.facts["session"]}))["ok"]
        shown = (await _changes(second))[-1]["snapshot"]
        unproven = (await _stored(office)).unproven
        assert (shown["device"] == "holder") == (unproven == (seat["seat"],)), writes
        assert not shown["identified"]
        if shown["device"] == "holder":
            return
        assert not told["ok"]
    pytest.fail("what failed can be asked for again")


async def test_who_asks_for_nobody_parts_nobody(office: Office) -> None:
    mediator = await entered(office, "M")
    await entered(office, "A")
    seat = {"seat": office.facts["people"]["A"]}
    assert (await mediator.ask("space.caucus", {"side": "respondent", "minutes": 10}))["ok"]
    before = (await _changes(mediator))[-1]["snapshot"]
    told = await mediator.ask("device.admit", seat)
    assert told["code"] == "not_found"
    after = (await _changes(mediator))[-1]["snapshot"]
    assert (after["space"], after["desk"]["log_ok"]) == (before["space"], True)
    assert (await _stored(office)).unproven == ()


async def _stored(office: Office) -> Session:
    async with office.world.store.read() as uow:
        return await uow.sessions.get(office.facts["session"])


def _fail_at(office: Office, patch: pytest.MonkeyPatch, number: int) -> None:
    """Let the transaction of this number, counted from now on, find no database."""
    write, count = office.world.store.write, itertools.count(1)

    def away() -> AbstractAsyncContextManager[UnitOfWork]:
        if next(count) == number:
            raise UnavailableError
        return write()

    patch.setattr(office.world.store, "write", away)


async def test_it_hears_that_there_is_nothing_left_to_wait_for(office: Office) -> None:
    second = await entered(office, "waiting")
    mediator = await entered(office, "M")
    told = await mediator.ask("adjourn", {"next_at": "2025-03-20T09:00:00+08:00"})
    assert told["ok"], told
    last = (await _changes(second))[-1]
    shown = _shown(office, last) | {"since": None}
    assert shown == NOTHING | {"state": "adjourned", "since": None}
