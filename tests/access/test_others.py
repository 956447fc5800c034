"""Nobody acts for another by writing his name into a field."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.api.endpoint import Who
from server.api.routes import ROUTES
from server.signalling.requests import REQUESTS
from tests.access import asks, callers
from tests.access.asks import ASKS
from tests.access.matrix import key
from tests.access.office import Office, Reply, open_office
from tests.access.prepare import Preparation
from tests.access.says import SAYS
from tests.access.socket import Socket
from tests.support import signing
from tests.support.world import OTHER_COMMITTEE


@pytest.fixture(params=["open", "locked", "sealed"])
async def office(
    request: pytest.FixtureRequest, prepared: Preparation, tmp_path: Path
) -> AsyncIterator[Office]:
    moment = request.param
    folder, facts = prepared.folder(moment), prepared.facts[moment]
    async with open_office(folder, tmp_path / "office", facts) as opened:
        yield opened


async def entered(office: Office, letter: str, session: str = "session") -> Socket:
    socket = await office.connect(callers.caller(letter, office.facts).cookies)
    assert socket is not None
    told = await socket.ask("enter", {"session_id": office.facts[session]})
    assert told["ok"], told
    return socket


def asks_json() -> list[str]:
    return [key(one) for one in ROUTES if one.who is Who.SEAT and one.ask is not None]


NAMING = {"seat": "P", "person_id": "P", "invitation_id": "x", "case_id": "case", "from": "P"}


@pytest.mark.parametrize("office", ["open"], indirect=True)
@pytest.mark.parametrize("event", [event for event in REQUESTS if event != "enter"])
async def test_a_live_request_takes_no_other_sender(office: Office, event: str) -> None:
    letter = "M" if REQUESTS[event].by == "staff" else "P"
    socket, say = await entered(office, letter), SAYS[event].body(office.facts)
    before = office.dump()
    for name in NAMING.keys() - say.keys():
        told = await socket.ask(event, {**say, name: office.facts["people"]["A"]})
        assert (told["ok"], told["code"]) == (False, "invalid_value"), name
    assert office.dump() == before


@pytest.mark.parametrize("route", asks_json())
async def test_a_seat_request_takes_no_other_sender(
    route: str, prepared: Preparation, tmp_path: Path
) -> None:
    row, (method, path) = ASKS[route], route.split(" ")
    folder, facts = prepared.folder(row.moment), prepared.facts[row.moment]
    async with open_office(folder, tmp_path / "office", facts) as office:
        ask = await row.build(office, "P")
        before = office.dump()
        for name in NAMING:
            body = {**ask.json, name: facts["people"]["A"]}
            cookies = callers.seat("P", facts).cookies
            told = await office.ask(method, path, cookies=cookies, json=body)
            assert (told.status, told.code) == (422, "invalid_value"), name
        assert office.dump() == before


NAMES_A_SEAT = (
    "admit",
    "return",
    "device.admit",
    "identity.check",
    "consent.oral",
    "call.answer",
    "mute.please",
)


@pytest.mark.parametrize("office", ["open"], indirect=True)
@pytest.mark.parametrize("event", NAMES_A_SEAT)
@pytest.mark.parametrize("named", ["P", "nobody-at-all"])
async def test_staff_of_one_case_name_nobody_of_another(
    office: Office, event: str, named: str
) -> None:
    socket = await entered(office, "M'", "other_session")
    before = office.dump()
    seat = office.facts["people"].get(named, named)
    told = await socket.ask(event, {**SAYS[event].body(office.facts), "seat": seat})
    assert (told["ok"], told["code"]) == (False, "not_found")
    assert office.dump() == before


@pytest.mark.parametrize("office", ["open"], indirect=True)
@pytest.mark.parametrize("event", ["media.answer", "media.stop"])
async def test_nobody_answers_for_anothers_connection(office: Office, event: str) -> None:
    worker, agent = await entered(office, "P"), await entered(office, "A")
    await worker.ask("media.start")
    connection = (await worker.hears("media.offer"))["connection"]
    say = {**SAYS[event].body(office.facts), "connection": connection}
    told = await agent.ask(event, say)
    assert told["ok"] is (event == "media.stop")  # stopping what is not there is done already
    assert (await worker.ask("media.answer", {"connection": connection, "sdp": "v=0"}))["ok"]


async def _as(office: Office, letter: str, method: str, path: str, json: object) -> Reply:
    cookies = callers.seat(letter, office.facts).cookies
    return await office.ask(method, path, cookies=cookies, json=json)


@pytest.mark.parametrize("office", ["locked"], indirect=True)
async def test_nobody_gives_anothers_signature(office: Office) -> None:
    ask = await ASKS["POST /api/seat/signing"].build(office, "P")
    before = office.dump()
    for letter in ("A", "C", "P'", "waiting"):
        told = await _as(office, letter, "POST", "/api/seat/signing", ask.json)
        assert told.status in {403, 404, 409}, (letter, told)
    assert office.dump() == before
    assert not (await signing.agreement(office.world, office.facts["case"])).signatures


@pytest.mark.parametrize("office", ["sealed"], indirect=True)
async def test_nobody_uses_anothers_ticket(office: Office) -> None:
    ask = await ASKS["GET /api/seat/copy/{ticket}"].build(office, "P")
    path = ask.url("/api/seat/copy/{ticket}")
    for letter in ("A", "C", "P'", "waiting"):
        told = await _as(office, letter, "GET", path, None)
        assert (told.status, told.code) == (404, "not_found"), letter


@pytest.mark.parametrize("office", ["locked"], indirect=True)
async def test_nobody_uses_anothers_code(office: Office) -> None:
    code = await asks.code(office, "P", "move")
    told = await _as(office, "A", "POST", "/api/seat/move", {"code": code})
    assert told.code == "too_many_tries"  # no code of his own was sent: none is right
    told = await _as(office, "waiting", "POST", "/api/seat/move", {"code": code})
    assert (told.status, told.fields["device"]) == (200, "holder")


@pytest.mark.parametrize("office", ["open"], indirect=True)
async def test_a_second_browser_learns_only_that_it_waits(office: Office) -> None:
    socket = await entered(office, "waiting")
    state = (await socket.hears("change"))["snapshot"]
    assert (state["device"], state["seats"], state["slots"]) == ("waiting", [], [])
    assert state["minutes"]["items"] == []
    assert "陈水根" not in str(state)


async def _staff(office: Office, letter: str, path: str) -> Reply:
    return await office.ask("GET", path, cookies=callers.member(letter, office.facts).cookies)


@pytest.mark.parametrize("office", ["open"], indirect=True)
async def test_an_auditor_reads_the_log_without_its_people(office: Office) -> None:
    path = f"/api/cases/{office.facts['case']}/log"
    assert "陈水根".encode() in (await _staff(office, "M", path)).body
    told = await _staff(office, "auditor", path)
    assert told.status == 200
    for name in ("陈水根", "刘春梅", "林启航"):
        assert name.encode() not in told.body


@pytest.mark.parametrize("office", ["paper"], indirect=True)
async def test_why_a_text_was_opened_again_is_for_readers_of_the_log(office: Office) -> None:
    case = office.facts["case"]
    cookies = callers.member("M", office.facts).cookies
    path = f"/api/cases/{case}/agreement/reopen"
    told = await office.ask("POST", path, cookies=cookies, json={"reason": "金额要改"})
    assert told.status == 200
    async with office.world.store.read() as uow:
        kept = [file for file in await uow.files.of_case(case) if file.kind == "unlock_reason"]
    (note,) = kept
    place = f"/api/cases/{case}/files/{note.id}"
    assert (await _staff(office, "H", place)).status == 200
    assert (await _staff(office, "R", place)).status == 403


@pytest.mark.parametrize("office", ["open"], indirect=True)
async def test_lists_of_another_committee_hold_nothing_of_ours(office: Office) -> None:
    for path in ("/api/cases", "/api/today", "/api/records", "/api/staff/colleagues"):
        for letter in ("M", "R", "H", "O"):
            cookies = callers.member(letter, office.facts, OTHER_COMMITTEE).cookies
            told = await office.ask("GET", path, cookies=cookies)
            assert told.status == 200, (path, letter)
            for ours in (office.facts["case"], "陈水根", "staff-su"):
                assert str(ours).encode() not in told.body, (path, letter)
