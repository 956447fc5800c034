"""Requests to a case's desk: registering and changing it, its sittings, people and invitations."""

from typing import Any

from tests.access.asks.row import Ask, ask, plain
from tests.access.office import Office
from tests.access.prepare import PNG
from tests.support.cases import PLANNED

INVITATION = "/api/cases/{case_id}/invitations/{invitation_id}"

for _route in (
    "GET /api/cases",
    "GET /api/cases/{case_id}",
    "GET /api/cases/{case_id}/log",
    "GET /api/cases/{case_id}/minutes",
    "GET /api/cases/{case_id}/acceptance/pdf",
    "GET /api/cases/{case_id}/file-cover/pdf",
    "GET /api/cases/{case_id}/outbox",
):
    plain(_route)

plain("GET /api/cases/{case_id}/minutes/{session_id}/pdf", "open", path={"session_id": "session"})
plain("POST /api/cases/{case_id}/end", json={"end_reason": "refused", "note": ""})
plain("POST /api/cases/{case_id}/files", query="?kind=evidence", file=PNG)
plain(
    "PUT /api/cases/{case_id}/sittings/{session_id}",
    path={"session_id": "session"},
    json={"planned_at": PLANNED.isoformat()},
)
plain(
    "GET /api/cases/{case_id}/files/{file_id}",
    path={"file_id": "file"},
)
plain("GET /api/cases/{case_id}/outbox/{message_id}/slip", path={"message_id": "message"})


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
