"""Another site's page, a robot and a wanderer in the file system get nothing done."""

from pathlib import Path

import pytest

from server.api.endpoint import Route, Who
from server.api.routes import DEMO, ROUTES
from tests.access import callers
from tests.access.asks import ASKS
from tests.access.matrix import key
from tests.access.office import Office, open_office
from tests.access.prepare import Preparation

UNSAFE = [route for route in ROUTES if route.method != "GET"]
FOREIGN: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://elsewhere.example"},
    "another port": {"Origin": "http://127.0.0.1:8081"},
    "another scheme": {"Origin": "https://127.0.0.1:8080"},
    "a sandbox": {"Origin": "null"},
    "a page of a neighbour": {"Sec-Fetch-Site": "same-site"},
    "a page of a stranger": {"Sec-Fetch-Site": "cross-site"},
}


def rightful(route: Route) -> str:
    """Return a column that may ask this route."""
    if route.who is Who.SEAT:
        return "A" if route.upload else "P"
    if "/admin/" in route.path:
        return "admin"
    return "H" if route.path.endswith(("/seal", "/keeping")) else "M"


@pytest.mark.parametrize("route", UNSAFE, ids=key)
async def test_another_sites_page_changes_nothing(
    route: Route, prepared: Preparation, tmp_path: Path
) -> None:
    row = ASKS[key(route)]
    folder, facts = prepared.folder(row.moment), prepared.facts[row.moment]
    async with open_office(folder, tmp_path / "office", facts) as office:
        ask = await row.build(office, rightful(route))
        cookies = callers.caller(rightful(route), facts).cookies
        before = office.dump()
        for name, headers in FOREIGN.items():
            told = await office.ask(
                route.method,
                ask.url(route.path),
                cookies=cookies,
                headers=headers,
                **ask.body(),
            )
            assert (told.status, told.code) == (403, "foreign_origin"), name
        assert office.dump() == before


LEAVES_A_TRACE = {
    # A page shown to its signer, a copy that reached a party, a record's part taken away or
    # watched, a paper printed and a draft's first look are facts of the case: each is written down
    # when it happens.
    "GET /api/seat/agreement/pages/{page}",
    "GET /api/seat/copy/{ticket}",
    "GET /api/cases/{case_id}/minutes/{session_id}/pdf",
    "GET /api/cases/{case_id}/acceptance/pdf",
    "GET /api/cases/{case_id}/file-cover/pdf",
    "GET /api/records/{record_id}/pdf",
    "GET /api/records/{record_id}/package",
    "GET /api/records/{record_id}/recordings/{recording_id}/{seat}",
    "GET /api/records/{record_id}/grids/{recording_id}/film",
}
ANSWERED = {"GET /healthz": {"GET", "HEAD"}}
"""Monitors ask whether we live by HEAD, too (RFC 9110 9.3.2); nobody else has to."""
LOOKING = [
    route
    for route in (*ROUTES, *DEMO)
    if route.method == "GET" and key(route) not in LEAVES_A_TRACE
]


@pytest.mark.parametrize("route", LOOKING, ids=key)
async def test_looking_changes_nothing(route: Route, prepared: Preparation, tmp_path: Path) -> None:
    row = ASKS[key(route)]
    folder, facts = prepared.folder(row.moment), prepared.facts[row.moment]
    async with open_office(folder, tmp_path / "office", facts) as office:
        letter = rightful(route)
        ask = await row.build(office, letter)
        before = office.dump()
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
            if any((r.method, r.path) == (method, route.path) for r in ROUTES) and method != "GET":
                continue
            told = await office.ask(
                method, ask.url(route.path), cookies=callers.caller(letter, facts).cookies
            )
            answered = method in ANSWERED.get(key(route), {"GET"})
            assert told.status == 200 if answered else told.status in {403, 404, 405}, method
        assert office.dump() == before


@pytest.mark.parametrize("moment", ["planned"])
async def test_the_first_look_at_a_draft_is_the_only_one_that_writes(office: Office) -> None:
    path, cookies = (
        f"/api/cases/{office.facts['case']}/agreement",
        callers.member("M", office.facts),
    )
    assert (await office.ask("GET", path, cookies=cookies.cookies)).status == 200
    before = office.dump()
    assert (await office.ask("GET", path, cookies=cookies.cookies)).status == 200
    assert office.dump() == before


WANDERINGS = (
    "/party/../../../server/config.py",
    "/party/..%2f..%2f..%2fserver/config.py",
    "/party/%2e%2e/%2e%2e/pyproject.toml",
    "/party/..%5c..%5cpyproject.toml",
    "/party//etc/passwd",
    "/party/%2fetc%2fpasswd",
    "/console/..%2f..%2fheyi.db",
    "/console/../keys/kek.",
    "/console/%2e%2e%2f%2e%2e%2fkeys%2fkek.txt",
    "/party/index.html%00.js",
    "/party/%00",
    "/party/" + "a" * 5_000,
    "/party/" + "a/" * 2_000,
    "/party/" + "%F0%9F%92%A9" * 300,
    "/party/%ff%fe",
    "/party/.",
    "/party/C:%5cWindows",
    "/party/con",
    "/console/x" + "." * 300,
)


@pytest.mark.parametrize("path", WANDERINGS, ids=range(len(WANDERINGS)))
async def test_no_path_leads_out_of_the_built_pages(office: Office, path: str) -> None:
    (office.folder / "secret.txt").write_text("a secret")
    told = await office.ask("GET", path, encoded=True)
    assert told.status in {302, 400, 404, 414}, told
    assert b"secret" not in told.body
    assert b"HEYI" not in told.body


async def test_a_link_out_of_the_built_pages_is_not_followed(office: Office) -> None:
    party = Path(office.facts["dist"]) / "party"
    outside = office.folder / "heyi.db"
    link = party / f"{office.folder.parent.name}.js"
    link.symlink_to(outside)
    try:
        told = await office.ask("GET", f"/party/{link.name}")
    finally:
        link.unlink()
    assert told.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
async def test_codes_are_for_this_machine_alone(office: Office, headers: dict[str, str]) -> None:
    assert (await office.ask("GET", "/api/demo/codes")).status == 200
    assert (await office.ask("GET", "/api/demo/codes", headers=headers)).status == 404


async def test_codes_have_no_path_outside_a_demonstration(
    prepared: Preparation, tmp_path: Path
) -> None:
    folder, facts = prepared.folder("planned"), prepared.facts["planned"]
    async with open_office(folder, tmp_path / "office", facts, demo=False) as office:
        told = await office.ask("GET", "/api/demo/codes")
        assert told.status == 404
        assert b"codes" not in told.body
