"""The whole story, through public routes only: from the link to the sealed record."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from server.rehearsal import story
from server.rehearsal.browser import Browser, RehearsalError
from server.rehearsal.desk import Desk
from server.rehearsal.party import Party, seal_scan

CHINA = timezone(timedelta(hours=8))
ISOLATION_S = 1.5
REASON = "演练：核对全过程"


@dataclass(slots=True)
class Cast:
    """Everybody in the story, and the case once it is registered."""

    mediator: Desk
    recorder: Desk
    head: Desk
    officer: Desk
    worker: Party
    agent: Party
    case: str = ""
    session: str = ""
    frames: int = 0

    @property
    def browsers(self) -> tuple[Browser, ...]:
        """Everybody's browser."""
        return self.mediator, self.recorder, self.head, self.officer, *self.parties

    @property
    def parties(self) -> tuple[Party, Party]:
        """Both sides' phones."""
        return self.worker, self.agent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the story ended with."""

    number: str
    effective_on: str
    deadline: str | None
    package: bytes
    frames: int


@asynccontextmanager
async def cast(url: str) -> AsyncIterator[Cast]:
    """Open everybody's browser, and close them at the end."""
    accounts = {one.login: one for one in story.ACCOUNTS}
    async with AsyncExitStack() as stack:
        people = Cast(
            mediator=Desk(url, accounts["su"]),
            recorder=Desk(url, accounts["jiang"]),
            head=Desk(url, accounts["he"]),
            officer=Desk(url, accounts["ye"]),
            worker=Party(url, "陈水根", story.WORKER_MOBILE, 90),
            agent=Party(url, "林启航", story.AGENT_MOBILE, 160),
        )
        for browser in people.browsers:
            await stack.enter_async_context(browser)
        yield people


async def play(url: str) -> Outcome:
    """Play it from registration to retrieval; raise RehearsalError where it goes wrong."""
    async with cast(url) as people:
        await _agree(people)
        await _seal(people)
        await _end(people)
        return await _retrieve(people)


async def play_until_seal(url: str) -> None:
    """Play it until everybody has signed; the seal is left to somebody else."""
    async with cast(url) as people:
        await _agree(people)


async def _agree(people: Cast) -> None:
    for scene in (_register, _arrive, _receive, _talk, _draft, _sign):
        await scene(people)


def today() -> date:
    """Return the Chinese day."""
    return datetime.now(UTC).astimezone(CHINA).date()


async def _register(people: Cast) -> None:
    for desk in (people.mediator, people.recorder, people.head, people.officer):
        await desk.sign_in()
    planned = datetime.now(UTC) + timedelta(minutes=5)
    body = story.case(today(), planned, people.recorder.id, people.mediator.id)
    people.case = (await people.recorder.ask("POST", "/api/cases", body))["id"]
    shown = await people.recorder.ask("GET", f"/api/cases/{people.case}")
    people.session = shown["sittings"][0]["id"]
    for phone in people.parties:
        person = _person(shown, phone.name)
        ask = {"person_id": person, "channel": "sms"}
        issued = await people.recorder.ask("POST", f"/api/cases/{people.case}/invitations", ask)
        await phone.tap(issued["link"])
        await phone.accept()


def _person(case: dict[str, Any], name: str) -> str:
    found = (p["id"] for party in case["parties"] for p in party["people"] if p["name"] == name)
    return str(next(found))


async def _arrive(people: Cast) -> None:
    for phone in people.parties:
        await phone.enter(people.session, "seat")
        await phone.peer.join(phone)
    await people.mediator.join(people.session, 220)
    await people.recorder.enter(people.session, "staff")
    for phone in people.parties:
        others = [s for s in phone.snapshot["seats"] if not s["you"] and s["side"] is not None]
        if any(s["side"] != phone.seat["side"] for s in others):
            raise RehearsalError("a lobby shows the other side")
    await people.mediator.say("session.open")


async def _receive(people: Cast) -> None:
    shown = await people.recorder.ask("GET", f"/api/cases/{people.case}")
    wife = _person(shown, "刘春梅")
    await people.mediator.say("space.reception", side="applicant")
    await people.worker.peer.sees_more(3)
    await people.mediator.check(people.worker.seat["person_id"])
    await people.mediator.check(wife)
    await people.mediator.say("consent.oral", seat=wife, scope="online_mediation", agreed=True)
    await people.worker.say("environment.declare", present="本人、妻子")
    await people.mediator.say("space.reception", side="respondent")
    await people.mediator.check(people.agent.seat["person_id"])
    await people.agent.say("environment.declare", present="本人一人")
    for block in range(1, people.mediator.snapshot["rights_total"] + 1):
        await people.mediator.say("rights.read", block=block)
        await asyncio.gather(*(phone.hear_rights(block) for phone in people.parties))
    for seat in (people.worker.seat["person_id"], wife, people.agent.seat["person_id"]):
        await people.mediator.say("admit", seat=seat)


async def _talk(people: Cast) -> None:
    await people.mediator.say("space.joint")
    await asyncio.gather(*(phone.peer.sees_more(10) for phone in people.parties))
    for speaker, text, mark in story.MINUTES:
        await people.recorder.say("minutes.add", speaker=speaker, text=text, mark=mark)
    await _caucus(people, "applicant", people.worker, people.agent)
    await _caucus(people, "respondent", people.agent, people.worker)
    await people.mediator.say("space.joint")
    await asyncio.gather(*(phone.peer.sees_more(5) for phone in people.parties))


async def _caucus(people: Cast, side: str, inside: Party, outside: Party) -> None:
    await people.mediator.say("space.caucus", side=side, minutes=10)
    await inside.sees(lambda state: state["lamp"] == "isolated")
    await asyncio.sleep(0.3)  # what was on its way into the decoder
    before = outside.peer.frames
    await inside.peer.sees_more(int(ISOLATION_S * 10))
    if outside.peer.frames > before:
        raise RehearsalError("the excluded side saw pictures of a caucus")


async def _draft(people: Cast) -> None:
    base = f"/api/cases/{people.case}/agreement"
    case = await people.recorder.ask("GET", f"/api/cases/{people.case}")
    party = {one["side"]: one["id"] for one in case["parties"]}
    shown = await people.recorder.ask("GET", base)
    day = today()
    draft = {
        "revision": shown["revision"],
        "facts": story.facts(day),
        "clauses": [{"text": text} for text in story.clauses(day)],
        "items": [{"name": name, "amount": amount} for name, amount in story.ITEMS],
        "payments": story.payments(day, party["respondent"], party["applicant"]),
    }
    shown = await people.recorder.ask("PUT", base, draft)
    if (found := {one["code"] for one in shown["findings"]}) != story.FINDINGS:
        raise RehearsalError(f"the draft is found fault with: {sorted(found)}")
    for asked in shown["for_court"]:
        answer = {"question": asked["code"], "answer": False}
        await people.mediator.ask("POST", f"{base}/court", answer)
    for clause in shown["clauses"]:
        await people.mediator.ask("POST", f"{base}/read", {"clause_id": clause["id"]})
        await asyncio.gather(*(phone.agree_to(clause["id"]) for phone in people.parties))
    shown = await people.mediator.ask("GET", base)
    await people.mediator.ask("POST", f"{base}/lock", {"revision": shown["revision"]})


async def _sign(people: Cast) -> None:
    base = f"/api/cases/{people.case}/agreement"
    await people.worker.sign()
    await people.agent.sign(seal_scan())
    pdf = (await people.mediator.ask("GET", base))["pdf_sha256"]
    for desk in (people.mediator, people.recorder):
        await desk.ask("POST", f"{base}/sign", {"pdf_sha256": pdf})


async def _seal(people: Cast) -> None:
    base = f"/api/cases/{people.case}/agreement"
    pdf = (await people.mediator.ask("GET", base))["pdf_sha256"]
    await people.head.ask("POST", f"{base}/seal", {"pdf_sha256": pdf})


async def _end(people: Cast) -> None:
    await people.mediator.say("minutes.ready")
    version = people.mediator.snapshot["minutes"]["version"]
    for phone in people.parties:
        await phone.sees(lambda state: state["minutes"]["ready"])
        await phone.say("minutes.confirm", version=version, agreed=True)
        receipt = (await phone.ask("GET", "/api/seat"))["receipt"]
        if not receipt["number"]:
            raise RehearsalError(f"{phone.name}: sealed, but the receipt has no number")
        if not (await phone.copy()).startswith(b"%PDF-"):
            raise RehearsalError(f"{phone.name}: the copy is no PDF")
    await people.mediator.say("close", outcome="agreed")
    frames = people.worker.peer.frames + people.agent.peer.frames
    people.frames = frames + (people.mediator.peer.frames if people.mediator.peer else 0)


async def _retrieve(people: Cast) -> Outcome:
    shown = await people.officer.ask("GET", f"/api/records?name={people.worker.name}")
    agreement = await people.mediator.ask("GET", f"/api/cases/{people.case}/agreement")
    row = next(r for r in shown["records"] if r["number"] == agreement["number"])
    if row["amount"] != story.TOTAL:
        raise RehearsalError(f"the register says {row['amount']} fen")
    path = f"/api/records/{row['id']}"
    opened = await people.officer.ask("POST", f"{path}/open", {"reason": REASON})
    package = await people.officer.fetch(f"{path}/package?opening={opened['opening']}")
    return Outcome(
        number=row["number"],
        effective_on=row["effective_on"],
        deadline=row["confirmation_deadline"],
        package=package,
        frames=people.frames,
    )
