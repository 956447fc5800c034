"""Requests to the agreement, from the draft to the seal, and to the record it becomes."""

import json
from dataclasses import asdict, replace

from server.usecases import release_seal
from tests.access.asks.row import Ask, ask, plain
from tests.access.callers import LOGINS
from tests.access.office import Office
from tests.documents import brush
from tests.support import signing

AGREEMENT = "/api/cases/{case_id}/agreement"

plain(f"GET {AGREEMENT}", "agreed")
plain(f"PUT {AGREEMENT}/characters/{{code}}", "agreed", path={"code": "31350"}, file=brush.photo())
plain(
    f"POST {AGREEMENT}/court",
    "agreed",
    json={"question": "labour_beyond_payment", "answer": False},
)
plain(f"POST {AGREEMENT}/reopen", "locked", json={"reason": "金额要改"})
plain(f"GET {AGREEMENT}/pages/{{page}}", "locked", path={"page": "1"}, query="?w=480")
plain(f"GET {AGREEMENT}/pdf", "locked")
plain("GET /api/records", "sealed", query="?name=陈水根")
plain(
    "POST /api/records/{record_id}/open",
    "sealed",
    path={"record_id": "record"},
    json={"reason": "核对履行"},
)


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


plain(f"POST {AGREEMENT}/paper", "paper", query="?page=1", file=signing.picture(4))
plain(f"GET {AGREEMENT}/paper/{{page}}", "paper", path={"page": "1"}, query="?w=480")


@ask(f"POST {AGREEMENT}/copies", "sealed")
async def _copies(office: Office, who: str) -> Ask:
    del who
    case, person = office.facts["case"], office.facts["people"]["P"]
    async with office.world.store.write() as uow:
        session = (await uow.sessions.of_case(case))[-1]
        kept = tuple(one for one in session.consents if one.scope != "e_delivery")
        await uow.sessions.save(replace(session, consents=kept))
    return Ask(path={"case_id": case}, json={"person_id": person, "way": "by_hand"})


@ask(f"POST {AGREEMENT}/paper/comparison", "paper")
async def _comparison(office: Office, who: str) -> Ask:
    del who
    form = json.loads(json.dumps(asdict(office.facts["paper"]), default=str))
    return Ask(path={"case_id": office.facts["case"]}, json=form)


@ask(f"POST {AGREEMENT}/declaration", "spoken")
async def _declaration(office: Office, who: str) -> Ask:
    del who
    facts, nurse = office.facts, {"name": "马护士", "relation": "护士", "words": "我在床边听到了。"}
    body = {"pdf_sha256": facts["pdf_sha256"], "signer": facts["people"]["P"], "way": "video"}
    return Ask(path={"case_id": facts["case"]}, json={**body, "witnesses": [nurse]})


@ask(f"POST {AGREEMENT}/witness", "spoken")
async def _witness(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    body = {"pdf_sha256": facts["pdf_sha256"], "signer": facts["people"]["P"], "words": "我在场。"}
    return Ask(path={"case_id": facts["case"]}, json=body)


async def _sealing(office: Office, who: str) -> Ask:
    del who
    facts = office.facts
    return Ask(path={"case_id": facts["case"]}, json={"pdf_sha256": facts["pdf_sha256"]})


ask(f"POST {AGREEMENT}/sign", "parties")(_sealing)
ask(f"POST {AGREEMENT}/seal", "signed")(_sealing)


@ask(f"POST {AGREEMENT}/release", "signed")
async def _release(office: Office, who: str) -> Ask:
    await by_two(office)
    return await _sealing(office, who)


@ask(f"POST {AGREEMENT}/release/withdraw", "signed")
async def _withdraw(office: Office, who: str) -> Ask:
    del who
    await by_two(office)
    case, pdf = office.facts["case"], office.facts["pdf_sha256"]
    await release_seal.release(office.world, signing.stepped_up("jiang"), case, pdf)
    return Ask(path={"case_id": case})


async def by_two(office: Office) -> None:
    """Have the text locked as a committee would that wants two people to seal."""
    world = office.world
    async with world.store.write() as uow:
        found = await uow.agreements.of_case(office.facts["case"])
        assert found is not None
        assert found.locked is not None
        locked = replace(found.locked, two_to_seal=True)
        await uow.agreements.save(replace(found, locked=locked))


MOMENTS_OF = {(f"POST {AGREEMENT}/sign", "R"): "mediator"}
"""Where a column asks at another moment than the row: the recorder signs last."""


def _record(route: str, **path: str) -> None:
    async def build(office: Office, who: str) -> Ask:
        facts = office.facts
        known = {"signer": facts["people"]["P"], "seat": facts["people"]["P"]}
        known["recording_id"] = facts["recording"]
        named = {name: value for name, value in known.items() if f"{{{name}}}" in route}
        opening = facts["openings"].get(LOGINS.get(who, "su"), facts["openings"]["su"])
        return Ask(
            path={"record_id": facts["record"], **path, **named}, query=f"?opening={opening}"
        )

    ask(route, "sealed")(build)


_record("GET /api/records/{record_id}/pdf")
_record("GET /api/records/{record_id}/package")
_record("GET /api/records/{record_id}/pages/{page}", page="1")
_record("GET /api/records/{record_id}/handwriting/{signer}")
_record("GET /api/records/{record_id}/recordings")
_record("GET /api/records/{record_id}/recordings/{recording_id}/{seat}")
_record("POST /api/records/{record_id}/grids/{recording_id}")
_record("GET /api/records/{record_id}/grids/{recording_id}")
_record("GET /api/records/{record_id}/grids/{recording_id}/film")
_record("POST /api/records/{record_id}/grids/{recording_id}/cancel")
