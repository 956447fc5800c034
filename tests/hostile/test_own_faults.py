"""What goes wrong in our own work: told as our fault, logged without values, nobody is cut."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from server.domain.session import MinutesMark
from server.signalling import namespace
from server.signalling.messages import Empty, Offer
from server.signalling.plain_server import PlainServer
from server.signalling.requests import REQUESTS, Asked
from server.store.errors import UnavailableError, translated
from tests.access import callers
from tests.access.office import Office
from tests.access.socket import PATIENCE
from tests.hostile.test_cunning_frames import entered, is_well

SECRET = "510123197001011234"
FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError, AssertionError)


@pytest.fixture
def moment() -> str:
    return "open"


def _wrong_answer() -> Exception:
    """Return what a type says of an answer of ours that does not fit it."""
    with pytest.raises(ValidationError) as raised:
        Offer.model_validate({"connection": SECRET})
    return raised.value


def _raise(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    async def work(a: Asked) -> None:
        del a
        raise fault

    row = replace(REQUESTS["line.check"], say=Empty, work=work)
    monkeypatch.setitem(REQUESTS, "line.check", row)


def _errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [one for one in caplog.records if one.levelno >= logging.ERROR]


def _refused(office: Office) -> int:
    server = office.live.server
    assert isinstance(server, PlainServer)
    return server.refused


@pytest.mark.parametrize("fault", FAULTS, ids=lambda kind: kind.__name__)
async def test_a_fault_of_ours_is_answered_as_one_and_cuts_nobody(
    office: Office,
    fault: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = await entered(office, "P")
    _raise(monkeypatch, fault(SECRET))
    told = await worker.ask("line.check")
    assert (told["ok"], told["code"], told["facts"]) == (False, "fault", {})
    assert await is_well(worker)
    assert _refused(office) == 0
    (noted,) = _errors(caplog)
    assert fault.__name__ in noted.message
    assert "line.check" in noted.message
    assert SECRET not in caplog.text


async def test_an_answer_that_fits_no_type_is_our_fault_not_the_askers(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await entered(office, "P")
    _raise(monkeypatch, _wrong_answer())
    assert (await worker.ask("line.check"))["code"] == "fault"
    (noted,) = _errors(caplog)
    assert "ValidationError" in noted.message
    assert SECRET not in caplog.text


async def test_a_database_that_is_away_is_told_by_its_code_and_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await entered(office, "P")
    with pytest.raises(UnavailableError) as raised, translated():
        raise ConnectionRefusedError(SECRET)
    _raise(monkeypatch, raised.value)
    assert (await worker.ask("line.check"))["code"] == "store_unavailable"
    assert [one.message for one in caplog.records] == [
        "store_unavailable {} because of ConnectionRefusedError"
    ]


async def test_a_fault_at_recognising_ends_the_connection_and_is_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mediator = await entered(office, "M")

    async def recognise(*_: object) -> None:
        raise ValueError(SECRET)

    with monkeypatch.context() as patched:
        patched.setattr(namespace, "recognise", recognise)
        assert await office.connect(callers.caller("P", office.facts).cookies) is None
    assert await is_well(mediator)
    assert _refused(office) == 0
    (noted,) = _errors(caplog)
    assert "connect failed: ValueError" in noted.message
    assert SECRET not in caplog.text
    assert await is_well(await entered(office, "P"))


async def test_a_fault_at_going_is_logged_and_leaves_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")

    gone = asyncio.Event()

    async def within(*_: object, **more: object) -> None:
        gone.set()
        raise KeyError(SECRET)

    with monkeypatch.context() as patched:
        patched.setattr(office.world.rooms, "within", within)
        await worker.close()
        async with asyncio.timeout(PATIENCE):
            await gone.wait()
    assert await is_well(mediator)
    assert _refused(office) == 0
    (noted,) = _errors(caplog)
    assert "disconnect failed: KeyError" in noted.message
    assert SECRET not in caplog.text


@pytest.mark.parametrize("mark", ["", "unknown", "Statement", "x" * 19])
async def test_an_unknown_mark_is_refused_as_a_value(
    office: Office, mark: str, caplog: pytest.LogCaptureFixture
) -> None:
    mediator = await entered(office, "M")
    for event, more in (("minutes.add", {}), ("minutes.change", {"id": "one"})):
        say = {"speaker": "", "text": "他先到场。", "mark": mark, **more}
        told = await mediator.ask(event, say)
        assert (told["ok"], told["code"], told["facts"]) == (
            False,
            "invalid_value",
            {"event": event},
        )
    assert await is_well(mediator)
    assert not _errors(caplog)


@pytest.mark.parametrize("event", ["minutes.add", "minutes.change"])
def test_the_marks_are_those_of_the_minutes(event: str) -> None:
    fields: dict[str, Any] = REQUESTS[event].say.model_json_schema()["properties"]
    assert fields["mark"]["enum"] == [mark.value for mark in MinutesMark]


@pytest.mark.parametrize("name", ['["enter"]', "{}", "7", "null"])
async def test_an_event_without_a_name_is_no_fault_of_ours(
    office: Office, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await entered(office, "P")
    await worker.ws.send_str(f"421[{name},{{}}]")
    await worker.ended()
    assert _refused(office) == 1
    assert not _errors(caplog)
