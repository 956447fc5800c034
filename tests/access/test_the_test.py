"""The matrix must notice a check that was taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.api import site
from server.api.endpoint import Route
from server.api.routes import ROUTES
from server.domain import access
from server.domain.access import Act, Reach
from server.domain.staff import Role
from server.signalling import requests
from server.signalling.requests import By
from tests.access.live import Line
from tests.access.matrix import ask_all, key
from tests.access.prepare import Preparation


def without_check(name: str) -> tuple[Route, ...]:
    return tuple(replace(one, act=None) if key(one) == name else one for one in ROUTES)


async def test_a_route_without_its_check_is_noticed(
    prepared: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "GET /api/admin/committee"
    monkeypatch.setattr(site, "ROUTES", without_check(name))
    route = next(one for one in ROUTES if key(one) == name)
    wrong = await ask_all(prepared, tmp_path, route)
    assert "M: allowed instead of forbidden" in wrong
    assert "O: allowed instead of forbidden" in wrong


TOO_FAR = (
    ("POST /api/cases/{case_id}/end", Act.END_CASE, Role.RECORDER, "R: allowed"),
    ("GET /api/cases/{case_id}/outbox", Act.INVITE, Role.OFFICER, "O: allowed"),
    ("GET /api/cases/{case_id}", Act.SEE_CASE, Role.MEDIATOR, "M': allowed"),
)


@pytest.mark.parametrize("seeded", TOO_FAR, ids=lambda seeded: seeded[1].value)
async def test_a_row_that_reaches_too_far_is_noticed(
    seeded: tuple[str, Act, Role, str],
    prepared: Preparation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, act, role, told = seeded
    monkeypatch.setitem(access.MATRIX, act, {**access.MATRIX[act], role: Reach.ORG})
    route = next(one for one in ROUTES if key(one) == name)
    assert any(one.startswith(told) for one in await ask_all(prepared, tmp_path, route))


async def test_a_row_that_reaches_too_short_is_noticed(
    prepared: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.MATRIX, Act.SEE_CASE, {Role.MEDIATOR: Reach.OWN})
    route = next(one for one in ROUTES if key(one) == "GET /api/cases/{case_id}")
    wrong = await ask_all(prepared, tmp_path, route)
    assert "H: forbidden instead of allowed" in wrong


async def test_a_head_in_a_caucus_is_noticed(
    prepared: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {**access.MATRIX[Act.CONDUCT], Role.HEAD: Reach.CHAIR}
    monkeypatch.setitem(access.MATRIX, Act.CONDUCT, row)
    wrong = await Line(prepared, tmp_path, "space.caucus").ask_all()
    assert "H-chair: allowed instead of forbidden" in wrong


async def test_a_live_request_open_to_all_is_noticed(
    prepared: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(requests.REQUESTS["call.mediator"], by=By.ANY)
    monkeypatch.setitem(requests.REQUESTS, "call.mediator", row)
    wrong = await Line(prepared, tmp_path, "call.mediator").ask_all()
    assert "M: allowed instead of forbidden" in wrong
