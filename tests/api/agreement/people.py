"""The people of the example, each with his own browser."""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.domain import conduct
from server.domain.case import Case
from server.domain.staff import StaffSession
from server.usecases import conduct_session, invite_people
from server.usecases.identify import hash_token
from tests.support import cases, signing
from tests.support.site import Browser, Town
from tests.support.world import Stage, actor

Fields = dict[str, Any]
STROKES = "[[[1,2],[30.5,4.25]],[[7,8]]]"


@dataclass
class Signer:
    """A person on his phone."""

    browser: Browser
    person_id: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    async def get(self, path: str) -> Fields:
        status, body = await self.browser.ask("GET", path)
        assert status == 200, body
        found: Fields = body
        return found

    async def post(self, path: str, ask: Fields, expected: int = 200) -> Fields:
        status, body = await self.browser.ask("POST", path, ask)
        assert status == expected, body
        found: Fields = body
        return found

    async def agree_to_all(self) -> Fields:
        text = await self.get("/api/seat/agreement")
        for clause in text["clauses"]:
            ask = {
                "clause_id": clause["id"],
                "clause_version": clause["version"],
                "heard": True,
                "verdict": "agree",
            }
            text = await self.post("/api/seat/agreement/answers", ask)
        return text

    async def look(self, pages: int) -> None:
        for page in range(1, pages + 1):
            path = f"/api/seat/agreement/pages/{page}?w=1080"
            async with self.browser.fetch("GET", path) as answer:
                assert answer.status == 200
                assert answer.content_type == "image/webp"
                assert answer.headers["Cache-Control"] == "no-store"

    def statement_ask(self, pdf_sha256: str, code: str | None) -> Fields:
        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {
            "pdf_sha256": pdf_sha256,
            "public_key": signing.base64_of(spki),
            "handwriting_sha256": hashlib.sha256(signing.picture()).hexdigest(),
            "strokes_sha256": hashlib.sha256(STROKES.encode()).hexdigest(),
            "code": code,
        }

    def sign_ask(self, statement: Fields, scan: str | None = None) -> Fields:
        return {
            "statement_id": statement["id"],
            "signature": self._raw(statement["statement"].encode()),
            "handwriting_png": signing.base64_of(signing.picture()),
            "strokes": STROKES,
            "seal_scan": scan,
        }

    def finish_ask(self, statement: Fields, turn: Fields) -> Fields:
        """Sign in the PDF what the turn asks for, with the same key."""
        return {
            "statement_id": statement["id"],
            "epoch": turn["epoch"],
            "signature": self._raw(base64.b64decode(turn["attributes"])),
        }

    def _raw(self, message: bytes) -> str:
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return signing.base64_of(r.to_bytes(32) + s.to_bytes(32))


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The case, its staff's browsers and its signers' phones."""

    office: Stage
    case: Case
    staff: dict[str, Browser]
    worker: Signer
    agent: Signer

    @property
    def path(self) -> str:
        return f"/api/cases/{self.case.id}/agreement"

    async def ask(
        self, login: str, method: str, path: str, body: Fields | None = None, expected: int = 200
    ) -> Fields:
        status, found = await self.staff[login].ask(method, path, body)
        assert status == expected, found
        answer: Fields = found
        return answer

    async def code(self, signer: Signer, purpose: str) -> str:
        await self.office.clock.advance(61)
        await signer.post("/api/seat/code", {"purpose": purpose})
        return self.office.notifier.last_code


LOGINS = ("su", "jiang", "he", "officer", "lin")


async def desk(office: Stage, site: Town) -> Desk:
    """Register the example, open its sitting and let both signers arrive."""
    world = office.world
    case = await cases.registered(world)
    session = await signing.current_session(world, case.id)
    await conduct_session.by_staff(world, actor("su"), session.id, conduct.open_session)
    phones = [await _arrived(office, site, case, name) for name in ("陈水根", "林启航")]
    staff = {login: await _signed_in(site, login) for login in LOGINS}
    return Desk(office=office, case=case, staff=staff, worker=phones[0], agent=phones[1])


async def _arrived(office: Stage, site: Town, case: Case, name: str) -> Signer:
    world, who = office.world, cases.person(case, name)
    issued = await invite_people.invite(world, actor("su"), case.id, who.id, "qr")
    token = issued.message.link.rpartition("/")[2]
    signer = Signer(browser=site.browser(), person_id=who.id)
    opened = await signer.post("/api/link/open", {"token": token, "digits": who.mobile[-4:]})
    await signer.post("/api/seat/answer", {"answer": "accepted"})
    await signer.post("/api/seat/enter", {})
    for text in opened["consents"]:
        agreed = text["scope"] != "recording"
        ask = {"scope": text["scope"], "agreed": agreed, "text_version": text["text_version"]}
        await signer.post("/api/seat/consents", ask)
    check = conduct_session.identity(
        world, actor("su"), who.id, "resident_identity_card", matches=True, phone_confirmed=False
    )
    session = await signing.current_session(world, case.id)
    await conduct_session.check_identity(world, actor("su"), session.id, check)
    return signer


async def _signed_in(site: Town, login: str) -> Browser:
    browser, token = site.browser(), site.world.ids.token()
    now = site.world.clock.now()
    session = StaffSession(
        token_hash=hash_token(token),
        staff_id=actor(login).staff_id,
        created_at=now,
        seen_at=now,
    )
    async with site.world.store.write() as uow:
        await uow.staff.sign_in(session)
    browser.session.cookie_jar.update_cookies({"__Host-heyi-staff": token}, browser.base)
    return browser


async def step_up(made: Desk, login: str) -> None:
    """Give the second factor freshly, as the console does before signing and sealing."""
    token = made.staff[login].cookie("__Host-heyi-staff")
    assert token is not None
    async with made.office.world.store.write() as uow:
        session = await uow.staff.session(hash_token(token))
        assert session is not None
        now = made.office.world.clock.now()
        await uow.staff.save_session(replace(session, step_up_at=now, seen_at=now))


def draft(case: Case, revision: int = 0) -> Fields:
    """Return the body of the example's draft."""
    worker, company = (party.id for party in case.parties)
    return {
        "revision": revision,
        "facts": signing.FACTS,
        "clauses": [{"text": text} for text in signing.CLAUSES],
        "items": [{"name": i.name, "amount": i.amount} for i in signing.ITEMS],
        "payments": [
            {
                "payer": company,
                "payee": worker,
                "amount": amount,
                "due_on": due_on.isoformat(),
                "method": "bank_transfer",
                "account_holder": "陈水根",
                "bank": "云岭县农村信用社青石分社",
                "account": "6200000000000001230",
            }
            for amount, due_on in signing.INSTALMENTS
        ],
    }


def values(statement: Fields) -> Fields:
    """Return what a statement says."""
    found: Fields = json.loads(statement["statement"])
    return found
