"""A valid request for every route, as whoever may ask it would send it."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pyotp

from server.domain.jurisdiction.texts import text_version
from server.usecases import deliver_copy, log_tree, send_code
from server.usecases.identify import hash_token
from tests.access.callers import LOGINS
from tests.access.office import Office
from tests.access.prepare import PASSWORD, PNG, TOTP, staff_id
from tests.support import signing
from tests.support.cases import PLANNED
from tests.support.signing import Phone
from tests.support.world import COMMITTEE, PACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent: the path's values, the query, and a JSON body or a file."""

    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    json: Any = None
    file: bytes | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def url(self, pattern: str) -> str:
        return pattern.format(**self.path) + self.query

    def body(self) -> dict[str, Any]:
        """Return the body as the HTTP client takes it."""
        if self.file is None:
            return {} if self.json is None else {"json": self.json}
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(self.file), filename="picture.png")
        return {"data": form}


Build = Callable[[Office, str], Awaitable[Ask]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """At which moment of the case a route is asked, and how."""

    moment: str
    build: Build


ASKS: dict[str, Row] = {}


def ask(route: str, moment: str = "planned") -> Callable[[Build], Build]:
    """Register how a route is asked."""

    def keep(build: Build) -> Build:
        ASKS[route] = Row(moment=moment, build=build)
        return build

    return keep


def _plain(route: str, moment: str = "planned", **fields: Any) -> None:
    """Register a route whose request is the same for everybody; `facts:` names a fact."""

    async def build(office: Office, who: str) -> Ask:
        del who
        path = {"case_id": office.facts["case"], **fields.get("path", {})}
        known = {name: str(office.facts.get(value, value)) for name, value in path.items()}
        return Ask(path=known, **{k: v for k, v in fields.items() if k != "path"})

    ask(route, moment)(build)


NEWCOMER = {"login": "xin", "name": "新同事", "roles": ["recorder"]}
COMMITTEE_BODY = {"name": "某某调委会", "short_name": "某某", "number_prefix": "某"}
AGREEMENT = "/api/cases/{case_id}/agreement"
INVITATION = "/api/cases/{case_id}/invitations/{invitation_id}"

for _route in (
    "GET /healthz",
    "GET /metrics",
    "GET /api/openapi.json",
    "GET /api/demo/codes",
    "GET /api/staff/me",
    "POST /api/staff/sign-out",
    "GET /api/admin/staff",
    "GET /api/admin/committee",
    "GET /api/admin/calendar",
    "GET /api/staff/colleagues",
    "GET /api/pack",
    "GET /api/today",
    "GET /api/cases",
    "GET /api/cases/{case_id}",
    "GET /api/cases/{case_id}/log",
    "GET /api/cases/{case_id}/outbox",
    "GET /api/seat",
    "GET /api/seat/minutes",
    "POST /api/seat/enter",
):
    _plain(_route)

_plain("GET /j/{token}", path={"token": "link"})
_plain("GET /api/setup/{token}", path={"token": "an-old-token"})
_plain("POST /api/setup", json={**COMMITTEE_BODY, "token": "an-old-token", "staff": [NEWCOMER]})
_plain("POST /api/staff/password", json={"old": PASSWORD, "new": "0471-2204-9917"})
_plain("POST /api/admin/staff", json=NEWCOMER)
_plain("POST /api/admin/seal-image", file=PNG)
_plain(
    "PATCH /api/admin/staff/{staff_id}",
    path={"staff_id": staff_id("xu")},
    json={"title": "书记员"},
)
_plain("POST /api/admin/staff/{staff_id}/reset", path={"staff_id": staff_id("xu")})
_plain("POST /api/cases/{case_id}/end", json={"end_reason": "refused", "note": ""})
_plain("POST /api/cases/{case_id}/files", query="?kind=evidence", file=PNG)
_plain(
    "PUT /api/cases/{case_id}/sittings/{session_id}",
    path={"session_id": "session"},
    json={"planned_at": PLANNED.isoformat()},
)
_plain(
    "GET /api/cases/{case_id}/files/{file_id}",
    path={"file_id": "file"},
)
_plain("GET /api/cases/{case_id}/outbox/{message_id}/slip", path={"message_id": "message"})
_plain(f"GET {AGREEMENT}", "agreed")
_plain(f"POST {AGREEMENT}/reopen", "locked", json={"reason": "金额要改"})
_plain(f"GET {AGREEMENT}/pages/{{page}}", "locked", path={"page": "1"}, query="?w=480")
_plain(f"GET {AGREEMENT}/pdf", "locked")
_plain("GET /api/records", "sealed", query="?name=陈水根")
_plain(
    "POST /api/records/{record_id}/open",
    "sealed",
    path={"record_id": "record"},
    json={"reason": "核对履行"},
)
_plain("POST /api/seat/answer", json={"answer": "accepted"})
_plain("POST /api/seat/stop", "open", json={"reason": "不谈了"})
_plain("POST /api/seat/files", file=PNG)
_plain("POST /api/seat/code", json={"purpose": "copy"})
_plain("POST /api/seat/signing/refuse", "locked", json={"reason": "不签"})
_plain("GET /api/seat/agreement", "locked")
_plain("GET /api/seat/agreement/pages/{page}", "locked", path={"page": "1"}, query="?w=480")
_plain(
    "POST /api/seat/device-check",
    json={"camera": "ok", "microphone": "ok", "network": "good", "websocket": True},
)
_plain(
    "POST /api/seat/consents",
    json={
        "scope": "online_mediation",
        "agreed": True,
        "text_version": text_version(PACK.consent("online_mediation")),
    },
)


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


@ask("POST /api/link/open")
async def _open_link(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"token": office.facts["link"], "digits": office.facts["digits"]})


@ask("POST /api/link/resume")
async def _resume(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"token": office.facts["link"]})


@ask("POST /api/cases")
async def _register(office: Office, who: str) -> Ask:
    del who
    return Ask(json=case_form(office))


@ask("PUT /api/cases/{case_id}")
async def _change(office: Office, who: str) -> Ask:
    del who
    async with office.world.store.read() as uow:
        case = await uow.cases.get(office.facts["case"])
    body = case_form(office) | {"version": case.version, "matter": "更正"}
    body |= {"mediator_id": case.mediator_id, "recorder_id": case.recorder_id}
    for asked, party in zip(body["parties"], case.parties, strict=True):
        asked["id"] = party.id
        for one, person in zip(asked["people"], case.people_of(party.id), strict=True):
            one["id"] = person.id
    return Ask(path={"case_id": case.id}, json=body)


def case_form(office: Office) -> dict[str, Any]:
    """Return the body that registers a case like the example."""
    del office
    chen = {
        "role": "party",
        "name": "陈水根",
        "mobile": "19900000001",
        "id_no": "512099197904123018",
    }
    liu = {
        "role": "companion",
        "name": "刘春梅",
        "mobile": "19900000002",
        "id_no": "512099198209234028",
        "relation": "妻子",
    }
    lin = {
        "role": "agent",
        "name": "林启航",
        "mobile": "19900000003",
        "id_no": "35029919880607501X",
        "authority": {
            "kind": "employee",
            "valid_from": "2025-03-09",
            "scopes": ["apply_or_end", "evidence", "concede", "sign", "fetch_documents"],
        },
    }
    return {
        "dispute_type": "10b",
        "source": "applied",
        "matter": "工伤赔偿",
        "summary": "在工地拆模板时坠落。",
        "labour": {"received_on": "2025-03-09"},
        "parties": [
            {"side": "applicant", "kind": "person", "name": "陈水根", "people": [chen, liu]},
            {"side": "respondent", "kind": "organisation", "name": "鹭岛恒筑建设劳务有限公司",
             "uscc": "91350299MA0DEMX13U", "legal_representative": "郑国栋", "people": [lin]},
        ],
    }  # fmt: skip


@ask("POST /api/cases/{case_id}/sittings")
async def _schedule(office: Office, who: str) -> Ask:
    """Plan another sitting in the case beside, once its first one is over."""
    del who
    case = office.facts["case"]
    async with office.world.store.write() as uow:
        session = (await uow.sessions.of_case(case))[-1]
        if not session.over:
            over = session.move(type(session.state)("adjourned"))
            await uow.sessions.save(over)
    return Ask(path={"case_id": case}, json={"planned_at": PLANNED.isoformat()})


@ask("POST /api/cases/{case_id}/people/{person_id}/reveal")
async def _reveal(office: Office, who: str) -> Ask:
    del who
    path = {"case_id": office.facts["case"], "person_id": office.facts["people"]["P"]}
    return Ask(path=path, json={"field": "mobile", "reason": "打电话"})


@ask("POST /api/cases/{case_id}/invitations")
async def _invite(office: Office, who: str) -> Ask:
    del who
    body = {"person_id": office.facts["people"]["C"], "channel": "qr"}
    return Ask(path={"case_id": office.facts["case"]}, json=body)


async def _link(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    return Ask(path={"case_id": facts["case"], "invitation_id": facts["invitations"]["C"]})


for _word in ("resend", "revoke", "unlock"):
    ask(f"POST {INVITATION}/{_word}")(_link)


async def _draft_revision(office: Office) -> int:
    return (await signing.agreement(office.world, office.facts["case"])).revision


@ask(f"PUT {AGREEMENT}", "agreed")
async def _edit(office: Office, who: str) -> Ask:
    del who
    body = {
        "revision": await _draft_revision(office),
        "facts": signing.FACTS,
        "clauses": [{"text": text} for text in signing.CLAUSES],
        "items": [],
        "payments": [],
    }
    return Ask(path={"case_id": office.facts["case"]}, json=body)


@ask(f"POST {AGREEMENT}/read", "agreed")
async def _read(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    return Ask(path={"case_id": facts["case"]}, json={"clause_id": facts["clauses"][0]})


@ask(f"POST {AGREEMENT}/lock", "agreed")
async def _lock(office: Office, who: str) -> Ask:
    del who
    body = {"revision": await _draft_revision(office)}
    return Ask(path={"case_id": office.facts["case"]}, json=body)


@ask(f"GET {AGREEMENT}/handwriting/{{signer}}", "parties")
async def _handwriting(office: Office, who: str) -> Ask:
    del who
    return Ask(path={"case_id": office.facts["case"], "signer": office.facts["people"]["P"]})


@ask(f"POST {AGREEMENT}/seal-scan", "parties")
async def _seal_scan(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    body = {"signer": facts["people"]["A"], "file": facts["scan"]}
    return Ask(path={"case_id": facts["case"]}, json=body)


async def _sealing(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    return Ask(path={"case_id": facts["case"]}, json={"pdf_sha256": facts["pdf_sha256"]})


ask(f"POST {AGREEMENT}/sign", "parties")(_sealing)
ask(f"POST {AGREEMENT}/seal", "signed")(_sealing)

MOMENTS_OF = {(f"POST {AGREEMENT}/sign", "R"): "mediator"}
"""Where a column asks at another moment than the row: the recorder signs last."""


def _record(route: str, **path: str) -> None:
    async def build(office: Office, who: str) -> Ask:
        facts = office.facts
        signer = {"signer": facts["people"]["P"]} if "{signer}" in route else {}
        opening = facts["openings"].get(LOGINS.get(who, "su"), facts["openings"]["su"])
        return Ask(
            path={"record_id": facts["record"], **path, **signer}, query=f"?opening={opening}"
        )

    ask(route, "sealed")(build)


_record("GET /api/records/{record_id}/pdf")
_record("GET /api/records/{record_id}/package")
_record("GET /api/records/{record_id}/pages/{page}", page="1")
_record("GET /api/records/{record_id}/handwriting/{signer}")


async def phone(office: Office, who: str) -> Phone:
    """Return the telephone of P or A."""
    facts = office.facts
    person = "A" if who == "A" else "P"
    async with office.world.store.read() as uow:
        invitation = await uow.invitations.get(facts["invitations"][person])
    return Phone(
        scene=office.stage, invitation=invitation, device=hash_token(facts["seats"][person])
    )


async def code(office: Office, who: str, purpose: str) -> str:
    """Have a code sent to P's or A's telephone, or the companion's, and read it."""
    facts = office.facts
    person = who if who in {"A", "C"} else "P"
    async with office.world.store.read() as uow:
        invitation = await uow.invitations.get(facts["invitations"][person])
    await send_code.send(office.world, invitation, purpose)
    return office.codes[invitation.person_id]


@ask("POST /api/seat/move")
async def _move(office: Office, who: str) -> Ask:
    return Ask(json={"code": await code(office, who, "move")})


@ask("POST /api/seat/agreement/answers", "agreed")
async def _answer(office: Office, who: str) -> Ask:
    del who
    text = (await signing.agreement(office.world, office.facts["case"])).clauses[0]
    fields = {"clause_id": text.id, "clause_version": text.version}
    return Ask(json={**fields, "heard": True, "verdict": "agree"})


@ask("POST /api/seat/signing/statement", "locked")
async def _statement(office: Office, who: str) -> Ask:
    form = await (await phone(office, who)).form(code=await code(office, who, "sign"))
    names = ("pdf_sha256", "public_key", "handwriting_sha256", "strokes_sha256", "code")
    return Ask(json={name: getattr(form, name) for name in names})


@ask("POST /api/seat/signing", "locked")
async def _sign(office: Office, who: str) -> Ask:
    signer = await phone(office, who)
    pending = await signer.ask(code=await code(office, who, "sign"))
    form = signer.signed(pending, seal_scan=office.facts["scan"] if who == "A" else None)
    names = ("statement_id", "signature", "handwriting_png", "strokes", "seal_scan")
    return Ask(json={name: getattr(form, name) for name in names})


@ask("POST /api/seat/copy", "sealed")
async def _copy(office: Office, who: str) -> Ask:
    return Ask(json={"code": await code(office, who, "copy")})


@ask("GET /api/seat/copy/{ticket}", "sealed")
async def _download(office: Office, who: str) -> Ask:
    holder = await phone(office, who)
    given = await code(office, who, "copy")
    ticket = await deliver_copy.ask(office.world, holder.invitation, holder.device, given)
    return Ask(path={"ticket": ticket.token})
