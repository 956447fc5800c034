"""The desk says of how many consents somebody is asked, whatever he has answered already."""

import pytest

from server.domain.ids import SeatId
from server.domain.jurisdiction.packs import pack_of
from server.domain.owed import asked_of
from server.signalling.snapshots import snapshot
from tests.rooms.consents import answer, decide
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, WIFE, WORKER, a_case

EVERY = pack_of("zh_cn").consent_scopes
FOR_SIGNING = {"e_signature", "e_delivery"}


def _counts(on: Stage, seat: str) -> tuple[int, int]:
    """Return how many consents are given, and how many asked for."""
    desk = snapshot(on.teller.views[-1], SeatId(MEDIATOR)).desk
    assert desk is not None
    (found,) = (one for one in desk.seats if one.seat == seat)
    return sum(one.agreed is True for one in found.consents), len(found.consents)


@pytest.mark.parametrize(
    ("person", "asked"), [(WORKER, len(EVERY)), (AGENT, len(EVERY)), (WIFE, len(EVERY) - 2)]
)
async def test_who_has_answered_one_still_owes_the_others(
    joint: Stage, person: str, asked: int
) -> None:
    assert _counts(joint, person) == (1, asked)


@pytest.mark.parametrize("agreed", [True, False])
async def test_an_answer_adds_to_what_is_given_alone(joint: Stage, *, agreed: bool) -> None:
    await decide(joint, answer(WORKER, agreed=agreed))
    assert _counts(joint, WORKER) == (1 + agreed, len(EVERY))


def test_a_companion_is_asked_for_nothing_that_signing_needs() -> None:
    companion, party = a_case().person(WIFE), a_case().person(WORKER)
    assert set(asked_of(party, EVERY)) - set(asked_of(companion, EVERY)) == FOR_SIGNING
