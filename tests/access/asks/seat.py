"""Requests of a personal link: opening it, answering, the agreement on the phone, the copy."""

from server.domain.jurisdiction.texts import text_version
from server.usecases import deliver_copy, send_code
from server.usecases.identify import hash_token
from tests.access.asks.row import Ask, ask, plain
from tests.access.office import Office
from tests.access.prepare import PNG
from tests.support import signing
from tests.support.signing import Phone
from tests.support.world import PACK

for _route in (
    "GET /api/seat",
    "GET /api/seat/minutes",
    "POST /api/seat/enter",
):
    plain(_route)

plain("GET /j/{token}", path={"token": "link"})
plain("POST /api/seat/answer", json={"answer": "accepted"})
plain("POST /api/seat/stop", "open", json={"reason": "不谈了"})
plain("POST /api/seat/files", file=PNG)
plain("POST /api/seat/code", json={"purpose": "copy"})
plain("POST /api/seat/signing/refuse", "locked", json={"reason": "不签"})
plain("GET /api/seat/agreement", "locked")
plain("GET /api/seat/agreement/pages/{page}", "locked", path={"page": "1"}, query="?w=480")
plain(
    "POST /api/seat/device-check",
    json={"camera": "ok", "microphone": "ok", "network": "good", "websocket": True},
)
plain(
    "POST /api/seat/consents",
    json={
        "scope": "online_mediation",
        "agreed": True,
        "text_version": text_version(PACK.consent("online_mediation")),
    },
)


@ask("POST /api/link/open")
async def _open_link(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"token": office.facts["link"], "digits": office.facts["digits"]})


@ask("POST /api/link/resume")
async def _resume(office: Office, who: str) -> Ask:
    del who
    return Ask(json={"token": office.facts["link"]})


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


@ask("POST /api/seat/signing/finish", "locked")
async def _finish(office: Office, who: str) -> Ask:
    signer = await phone(office, who)
    pending = await signer.ask(code=await code(office, who, "sign"))
    scan = office.facts["scan"] if who == "A" else None
    form = signer.signed(pending, seal_scan=scan)
    answer = signer.answer_to(form, await signer.begin(form))
    names = ("statement_id", "epoch", "signature")
    return Ask(json={name: getattr(answer, name) for name in names})


@ask("POST /api/seat/copy", "sealed")
async def _copy(office: Office, who: str) -> Ask:
    return Ask(json={"code": await code(office, who, "copy")})


@ask("GET /api/seat/copy/{ticket}", "sealed")
async def _download(office: Office, who: str) -> Ask:
    holder = await phone(office, who)
    given = await code(office, who, "copy")
    ticket = await deliver_copy.ask(office.world, holder.invitation, holder.device, given)
    return Ask(path={"ticket": ticket.token})
