"""Requests of the office itself: the staff, the committee, the calendar, the log's tree."""

import pyotp

from server.usecases import log_tree
from tests.access.asks.row import Ask, ask, plain
from tests.access.office import Office
from tests.access.prepare import PASSWORD, PNG, TOTP, staff_id
from tests.support.world import COMMITTEE, PACK

NEWCOMER = {"login": "xin", "name": "新同事", "roles": ["recorder"]}
COMMITTEE_BODY = {"name": "某某调委会", "short_name": "某某", "number_prefix": "某"}

for _route in (
    "GET /healthz",
    "GET /metrics",
    "GET /api/openapi.json",
    "GET /verify",
    "GET /verify.html",
    "GET /api/demo/codes",
    "GET /api/staff/me",
    "POST /api/staff/sign-out",
    "GET /api/admin/staff",
    "GET /api/admin/committee",
    "GET /api/admin/calendar",
    "GET /api/staff/colleagues",
    "GET /api/pack",
    "GET /api/today",
    "GET /api/sealing",
):
    plain(_route)

plain("GET /api/logs", query="?number=&from=2025-03-01&to=2025-03-31&page=1")
plain("GET /api/setup/{token}", path={"token": "an-old-token"})
plain("POST /api/setup", json={**COMMITTEE_BODY, "token": "an-old-token", "staff": [NEWCOMER]})
plain("POST /api/staff/password", json={"old": PASSWORD, "new": "0471-2204-9917"})
plain("POST /api/admin/staff", json=NEWCOMER)
plain("POST /api/admin/seal-image", file=PNG)
plain("POST /api/sealing", json={"step": "to_two"})
plain(
    "PATCH /api/admin/staff/{staff_id}",
    path={"staff_id": staff_id("xu")},
    json={"title": "书记员"},
)
plain("POST /api/admin/staff/{staff_id}/reset", path={"staff_id": staff_id("xu")})


@ask("PUT /api/admin/committee")
async def _committee(office: Office, who: str) -> Ask:
    del who
    async with office.world.store.read() as uow:
        version = (await uow.committees.get(COMMITTEE)).version
    return Ask(json={**COMMITTEE_BODY, "version": version})


@ask("PUT /api/admin/calendar/{year}")
async def _calendar(office: Office, who: str) -> Ask:
    del office, who
    known = PACK.calendar.years[2025]
    body = {
        "holidays": sorted(day.isoformat() for day in known.holidays),
        "working_days": sorted(day.isoformat() for day in known.make_up_days),
    }
    return Ask(path={"year": "2025"}, json=body)


@ask("GET /api/log/checkpoint")
async def _checkpoint(office: Office, who: str) -> Ask:
    del who
    await log_tree.place(office.world)
    await log_tree.sign_checkpoint(office.world)
    return Ask()


@ask("GET /api/log/proof")
async def _proof(office: Office, who: str) -> Ask:
    await _checkpoint(office, who)
    return Ask(query="?first=1")


@ask("POST /verify", "sealed")
async def _verify(office: Office, who: str) -> Ask:
    del who
    return Ask(file=await office.world.archive.package(office.facts["record"]))


@ask("POST /api/staff/sign-in")
async def _sign_in(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"login": "auditor", "password": PASSWORD, "totp": _totp(office)})


@ask("POST /api/staff/step-up")
async def _step_up(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"totp": _totp(office)})


def _totp(office: Office) -> str:
    return pyotp.TOTP(TOTP).at(office.world.clock.now())
