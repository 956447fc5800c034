"""Every route asked by everybody: who may, who may not, and what he is told."""

from pathlib import Path

import pytest

from server.api.endpoint import Route, Who
from server.api.routes import DEMO, ROUTES
from tests.access import expected
from tests.access.asks import ASKS
from tests.access.matrix import ask_all, key
from tests.access.prepare import Preparation

EVERY = (*ROUTES, *DEMO)
TABLES = {
    Who.ANYBODY: expected.OPEN_ROUTES,
    Who.STAFF: expected.STAFF_ROUTES,
    Who.SEAT: expected.SEAT_ROUTES,
}


@pytest.mark.parametrize("who", list(Who))
def test_every_route_has_an_expectation_and_every_expectation_a_route(who: Who) -> None:
    mounted = {key(route) for route in EVERY if route.who is who}
    assert mounted == set(TABLES[who])


def test_every_route_has_a_valid_request() -> None:
    assert {key(route) for route in EVERY} == set(ASKS)


@pytest.mark.parametrize("route", EVERY, ids=key)
async def test_who_may_ask(route: Route, prepared: Preparation, tmp_path: Path) -> None:
    assert await ask_all(prepared, tmp_path, route) == []
