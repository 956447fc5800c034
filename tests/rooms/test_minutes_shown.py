"""The parties check the minutes as they are printed: what was offered for peace is not in them."""

from dataclasses import replace

import pytest

from server.api.views.seat import minutes_view
from server.domain.errors import WrongStateError
from server.domain.ids import SeatId
from server.domain.minutes import Confirmation, add, change, confirm, ready
from server.domain.session import MinutesItem, MinutesMark
from server.signalling.snapshots import snapshot
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, NOW, WORKER

OFFER = "愿意少要五千元"


def item(mark: MinutesMark, text: str) -> MinutesItem:
    return MinutesItem(id=text, at=NOW, speaker="陈水根", text=text, mark=mark)


def read(on: Stage, seat: str) -> list[str]:
    """Return the sentences that this seat's browser gets."""
    found = snapshot(on.teller.views[-1], SeatId(seat))
    return [one.text for one in found.minutes.items]


async def test_no_party_gets_a_concession_and_who_conducts_does(joint: Stage) -> None:
    offer = item(MinutesMark.CONCESSION, OFFER)
    hurt = item(MinutesMark.UNDISPUTED, "一月十八日在工地受伤")
    await decide(joint, add(hurt), add(offer))
    assert (read(joint, WORKER), read(joint, AGENT)) == ([], [])
    await decide(joint, ready)
    assert read(joint, WORKER) == read(joint, AGENT) == [hurt.text]
    assert read(joint, MEDIATOR) == [hurt.text, OFFER]
    away = minutes_view(joint.teller.views[-1].session, None)
    assert [one.text for one in away.items] == [hurt.text]
    assert OFFER not in snapshot(joint.teller.views[-1], SeatId(WORKER)).model_dump_json()


async def test_nobody_is_asked_to_check_concessions_alone(joint: Stage) -> None:
    await decide(joint, add(item(MinutesMark.CONCESSION, OFFER)))
    with pytest.raises(WrongStateError) as refused:
        await decide(joint, ready)
    assert refused.value.facts == {"state": "empty"}


async def confirmed(on: Stage, *minuted: MinutesItem) -> None:
    """Write these down, ask, and let the worker agree."""
    await decide(on, *(add(one) for one in minuted), ready)
    version = on.teller.views[-1].session.minutes_version
    await decide(on, confirm(WORKER, Confirmation(version=version, agreed=True)))


async def test_no_party_can_tell_that_a_concession_was_written(joint: Stage) -> None:
    offer = item(MinutesMark.CONCESSION, OFFER)
    await confirmed(joint, item(MinutesMark.UNDISPUTED, "一月十八日在工地受伤"))
    before = snapshot(joint.teller.views[-1], SeatId(WORKER)).minutes
    assert before.answers == {WORKER: True}
    for hidden in (
        add(offer),
        change(replace(offer, text="三千元")),
        change(replace(offer, text="")),
    ):
        await decide(joint, hidden)
        assert snapshot(joint.teller.views[-1], SeatId(WORKER)).minutes == before


async def test_what_becomes_visible_or_hidden_is_asked_anew(joint: Stage) -> None:
    offer = item(MinutesMark.CONCESSION, OFFER)
    await confirmed(joint, item(MinutesMark.UNDISPUTED, "一月十八日在工地受伤"), offer)
    for mark in (MinutesMark.STATEMENT, MinutesMark.CONCESSION):
        before = joint.teller.views[-1].session.minutes_version
        await decide(joint, change(replace(offer, mark=mark)))
        view = joint.teller.views[-1]
        assert (view.session.minutes_version, view.session.minutes_ready) == (before + 1, False)
        for seat in (WORKER, MEDIATOR):
            after = snapshot(view, SeatId(seat)).minutes
            assert (after.ready, after.answers) == (False, {})
        await decide(joint, ready)
