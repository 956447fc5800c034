"""Bodies of the wrong kind, shape and size: refused with a reason, never a crash."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.api.endpoint import Route, Who
from server.api.routes import ROUTES
from tests.access import callers
from tests.access.asks import ASKS
from tests.access.matrix import key
from tests.access.office import Office, open_office
from tests.access.prepare import Preparation

JSON = {"Content-Type": "application/json"}
WITH_BODY = [route for route in ROUTES if route.ask is not None]
UPLOADS = [route for route in ROUTES if route.upload]

NO_JSON: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", JSON),
    "words": (b"hello", JSON),
    "half an object": (b'{"a":', JSON),
    "not UTF-8": (b'{"a":"\xff\xfe"}', JSON),
    "an unknown charset": (b"{", {"Content-Type": "application/json; charset=klingon"}),
    "ever deeper": (b"[" * 60_000, JSON),
    "deep but closed": (b"[" * 60_000 + b"]" * 60_000, JSON),
    "a number without end": (b"9" * 20_000, JSON),
    "a form": (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    "plain text": (b"{}", {"Content-Type": "text/plain"}),
    "no type at all": (b"{}", {"Content-Type": ""}),
}
WRONG_SHAPE: dict[str, Any] = {
    "null": None,
    "a list": [],
    "a number": 7,
    "a word": "yes",
    "truth": True,
    "an unknown field": {"no_such_field": 1},
    "prototype": {"__proto__": {"admin": True}},
}


def _caller(office: Office, route: Route) -> dict[str, str]:
    if route.who is Who.ANYBODY:
        return {}
    letter = "P" if route.who is Who.SEAT else "admin" if "/admin/" in route.path else "M"
    return callers.caller(letter, office.facts).cookies


def _place(office: Office, route: Route) -> str:
    facts = office.facts
    known = {"case_id": facts["case"], "person_id": facts["people"]["P"], "year": "2025"}
    known |= {"session_id": facts["session"], "staff_id": "staff-xu", "record_id": "none"}
    known |= {"code": "31350"}
    return route.path.format(**known)


@pytest.mark.parametrize("route", WITH_BODY, ids=key)
async def test_what_is_no_json_is_refused(office: Office, route: Route) -> None:
    before = office.dump()
    for name, (body, headers) in NO_JSON.items():
        told = await office.ask(
            route.method,
            _place(office, route),
            cookies=_caller(office, route),
            data=body,
            headers=headers,
        )
        assert told.status in {403, 404, 413, 415, 422, 429}, (name, told)
        assert told.code, name
    assert office.dump() == before


@pytest.mark.parametrize("route", WITH_BODY, ids=key)
async def test_json_of_the_wrong_shape_is_refused(office: Office, route: Route) -> None:
    before = office.dump()
    for name, body in WRONG_SHAPE.items():
        told = await office.ask(
            route.method,
            _place(office, route),
            cookies=_caller(office, route),
            data=json.dumps(body).encode(),
            headers=JSON,
        )
        assert told.status in {403, 404, 422, 429}, (name, told)
        assert told.code, name
    assert office.dump() == before


def _mutations(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield the body with each of its first-level values turned into something else."""
    odd: tuple[Any, ...] = (None, [], {}, -1, 10**30, 1e308, "\ud800", "\x00", "x" * 100_000, True)
    for name in body:
        for value in odd:
            yield name, {**body, name: value}


@pytest.mark.parametrize("name", [key(route) for route in WITH_BODY])
async def test_a_value_of_the_wrong_kind_is_no_crash(
    name: str, prepared: Preparation, tmp_path: Path
) -> None:
    row = ASKS[name]
    route = next(route for route in WITH_BODY if key(route) == name)
    folder, facts = prepared.folder(row.moment), prepared.facts[row.moment]
    async with open_office(folder, tmp_path / "office", facts) as office:
        ask = await row.build(office, "P" if route.who is Who.SEAT else "M")
        cookies = _caller(office, route)
        for field, body in _mutations(ask.json):
            raw = json.dumps(body).encode()
            told = await office.ask(
                route.method, ask.url(route.path), cookies=cookies, data=raw, headers=JSON
            )
            assert told.status < 500, (field, body, told)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_a_huge_body_is_refused(office: Office, chunked: bool) -> None:
    body = b'{"dispute_type":"' + b"x" * 3_000_000 + b'"}'

    async def pieces() -> Any:
        for start in range(0, len(body), 1 << 16):
            yield body[start : start + (1 << 16)]

    cookies = callers.member("M", office.facts).cookies
    data = pieces() if chunked else io.BytesIO(body)
    told = await office.ask("POST", "/api/cases", cookies=cookies, data=data, headers=JSON)
    assert (told.status, told.code) == (413, "too_large")


_PART = b'--x\r\nContent-Disposition: form-data; name="file"\r\n'
NO_PICTURES = (
    b"",
    b"--x",
    b"--x\r\n" * 20_000,
    b"--x\r\n\r\nhello\r\n--x--\r\n",
    _PART + b"\r\nMZ\r\n--x--\r\n",
    _PART + b"Content-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n",
    _PART + b"Content-Encoding: gzip\r\n\r\nnot gzip\r\n--x--\r\n",
)


@pytest.mark.parametrize("route", UPLOADS, ids=key)
async def test_what_is_no_picture_is_refused(office: Office, route: Route) -> None:
    cookies = callers.caller("A", office.facts).cookies if route.who is Who.SEAT else None
    cookies = cookies or _caller(office, route)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    before = office.dump()
    for body in NO_PICTURES:
        told = await office.ask(
            route.method, _place(office, route), cookies=cookies, data=body, headers=kind
        )
        assert (told.status, told.code) == (422, "invalid_value"), (body[:40], told)
    for odd in ("multipart/form-data", "image/png", "application/json"):
        told = await office.ask(
            route.method,
            _place(office, route),
            cookies=cookies,
            data=b"\x89PNG\r\n\x1a\n",
            headers={"Content-Type": odd},
        )
        assert (told.status, told.code) == (422, "invalid_value"), (odd, told)
    assert office.dump() == before
