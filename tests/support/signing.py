"""Brings the worked example from registration to the seal, one step at a time."""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image, ImageDraw

from server.domain import conduct
from server.domain.agreement import Agreement, Item, Payment, Verdict
from server.domain.canonical import sm3_hex
from server.domain.case import Case
from server.domain.ids import CaseId, FileId, PartyId
from server.domain.invitation import Answer, Invitation
from server.domain.jurisdiction.texts import text_version
from server.domain.session import Session
from server.domain.signing_route import BY_PHONE, RoutePlan
from server.domain.staff import Actor
from server.usecases import (
    answer_clauses,
    answer_link,
    attach_seal_scan,
    conduct_session,
    draft_agreement,
    finish_signature,
    give_consent,
    lock_agreement,
    seal_agreement,
    send_code,
    share_files,
    show_pages,
    sign_agreement,
    sign_statement,
    staff_sign,
    take_seat,
)
from server.usecases.answer_clauses import AnswerForm
from server.usecases.draft_agreement import ClauseForm, DraftForm
from server.usecases.finish_signature import PdfSignatureForm
from server.usecases.identify import hash_token
from server.usecases.pending_statements import Pending
from server.usecases.share_files import Upload
from server.usecases.sign_agreement import SignatureForm, Turn
from server.usecases.sign_statement import StatementForm
from server.usecases.world import World
from tests.support import cases
from tests.support.beginnings import begun
from tests.support.world import PACK, Stage, actor

SCOPES = ("online_mediation", "e_signature", "e_delivery", "preservation")
CLAUSES = (
    "乙方一次性赔偿甲方各项损失共计人民币115,000.00元（大写：壹拾壹万伍仟元整）。",
    "甲方在收到全部款项之日起十五日内，将住院医疗费用票据原件交乙方。",
    (
        "甲方已知悉其依法可在事故发生之日起一年内（2026年1月18日前）申请工伤认定，并可申请劳动能力"
        "鉴定，已知悉鉴定结果可能影响其应得待遇。本协议不限制甲方依法申请工伤认定的权利。"
    ),
)
ITEMS = (Item(name="后续治疗费", amount=1_800_000), Item(name="其他补偿", amount=9_700_000))
INSTALMENTS = (
    (5_000_000, date(2025, 3, 17)),
    (3_500_000, date(2025, 4, 10)),
    (3_000_000, date(2025, 4, 11)),
)
FACTS = "2025年1月18日，甲方在工地拆模时跌落受伤，住院20天，住院医疗费已由乙方支付。"


def stepped_up(login: str) -> Actor:
    """Return a member of staff who has just given the second factor."""
    return replace(actor(login), step_up=True)


def picture(seed: int = 0) -> bytes:
    """Return a PNG of a pen stroke, another one for each seed."""
    image = Image.new("RGBA", (420, 160), (0, 0, 0, 0))
    points = [(20 + 60 * n, 40 + (n * 37 + seed * 23) % 90) for n in range(7)]
    ImageDraw.Draw(image).line(points, fill=(20, 20, 60, 255), width=8)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class Phone:
    """A person's phone, with its cookie `token`; it makes a key for one signing."""

    scene: Stage
    invitation: Invitation
    device: str
    token: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handwriting: bytes = field(default_factory=picture)
    strokes: str = "[[[1,2],[30.5,4.25]]]"

    @property
    def world(self) -> World:
        return self.scene.world

    @property
    def public_key(self) -> str:
        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64_of(spki)

    async def look(self) -> None:
        """Look at every page of the locked text."""
        pages = (await agreement(self.world, self.invitation.case_id)).locked
        assert pages is not None
        for page in range(1, pages.pages + 1):
            await show_pages.own_page(self.world, self.invitation, self.device, page, 480)

    async def code(self, purpose: str = "sign") -> str:
        """Have a code sent and read it."""
        await self.scene.clock.advance(61)
        await send_code.send(self.world, self.invitation, purpose)
        return self.scene.notifier.last_code

    async def form(self, code: str | None = None, **changes: Any) -> StatementForm:
        locked = (await agreement(self.world, self.invitation.case_id)).locked
        return replace(
            StatementForm(
                pdf_sha256=locked.pdf_sha256 if locked else "0" * 64,
                public_key=self.public_key,
                handwriting_sha256=hashlib.sha256(self.handwriting).hexdigest(),
                strokes_sha256=hashlib.sha256(self.strokes.encode()).hexdigest(),
                handwriting_sm3=sm3_hex(self.handwriting),
                strokes_sm3=sm3_hex(self.strokes.encode()),
                code=code,
            ),
            **changes,
        )

    async def ask(self, **changes: Any) -> Pending:
        """Ask for the statement, with a fresh code unless told otherwise."""
        if "code" not in changes:
            changes["code"] = await self.code() if self.scene.notifier.carries_codes else None
        form = await self.form(**changes)
        return await sign_statement.issue(self.world, self.invitation, self.device, form)

    def signed(self, pending: Pending, **changes: Any) -> SignatureForm:
        """Sign the statement as WebCrypto does: raw r and s."""
        return replace(
            SignatureForm(
                statement_id=pending.id,
                signature=self.raw(pending.statement.encode()),
                handwriting_png=base64_of(self.handwriting),
                strokes=self.strokes,
            ),
            **changes,
        )

    def raw(self, message: bytes) -> str:
        """Return what WebCrypto's sign gives for a message, base64."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return base64_of(r.to_bytes(32) + s.to_bytes(32))

    async def begin(self, form: SignatureForm) -> Turn:
        """Hand in the signed statement and take the turn."""
        return await sign_agreement.begin(self.world, self.invitation, self.device, form)

    def answer_to(self, form: SignatureForm, turn: Turn) -> PdfSignatureForm:
        """Sign what the turn asks for."""
        assert turn.attributes is not None
        return PdfSignatureForm(
            statement_id=form.statement_id,
            epoch=turn.epoch,
            signature=self.raw(base64.b64decode(turn.attributes)),
        )

    async def finish(self, form: PdfSignatureForm) -> Agreement:
        return await finish_signature.finish(self.world, self.invitation, self.device, form)

    async def submit(self, form: SignatureForm) -> Agreement:
        """Hand in the signed statement, and sign the PDF if it is not signed yet."""
        turn = await self.begin(form)
        if turn.attributes is None:
            return await agreement(self.world, self.invitation.case_id)
        return await self.finish(self.answer_to(form, turn))

    async def sign(self, **changes: Any) -> Agreement:
        """Look at the pages, ask, sign and submit."""
        await self.look()
        pending = await self.ask()
        return await self.submit(self.signed(pending, **changes))

    async def answer(self, clause: int, verdict: Verdict | None = Verdict.AGREE) -> None:
        """Answer the clause at a position from 0."""
        text = (await agreement(self.world, self.invitation.case_id)).clauses[clause]
        form = AnswerForm(
            clause_id=text.id, clause_version=text.version, heard=True, verdict=verdict
        )
        await answer_clauses.answer_clause(self.world, self.invitation, self.device, form)


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """An open sitting of the example with both signers on their phones."""

    scene: Stage
    case: Case
    session: Session
    worker: Phone
    agent: Phone

    @property
    def world(self) -> World:
        return self.scene.world

    @property
    def phones(self) -> tuple[Phone, Phone]:
        return self.worker, self.agent

    def on(self, scene: Stage) -> Self:
        """Return it on another stage, which is at the same moment."""
        worker, agent = (replace(phone, scene=scene) for phone in self.phones)
        return replace(self, scene=scene, worker=worker, agent=agent)


async def agreement(world: World, case_id: CaseId) -> Agreement:
    """Return the stored agreement."""
    async with world.store.read() as uow:
        found = await uow.agreements.of_case(case_id)
    assert found is not None
    return found


async def current_session(world: World, case_id: CaseId) -> Session:
    async with world.store.read() as uow:
        return (await uow.sessions.of_case(case_id))[-1]


@begun
async def sitting(
    scene: Stage, *, scopes: tuple[str, ...] = SCOPES, on_video: bool = False, **changes: Any
) -> Sitting:
    """Register the example, open its sitting, check everybody and take the consents."""
    world = scene.world
    case = await cases.registered(world, **changes)
    session = await current_session(world, case.id)
    await conduct_session.by_staff(world, actor("su"), session.id, conduct.open_session)
    phones = [await _arrived(scene, case, session, name, scopes, on_video) for name in _NAMES]
    worker, agent = phones
    stored = await cases.stored(world, case.id)
    return Sitting(scene=scene, case=stored, session=session, worker=worker, agent=agent)


_NAMES = ("陈水根", "林启航")


async def _arrived(
    scene: Stage,
    case: Case,
    session: Session,
    name: str,
    scopes: tuple[str, ...],
    on_video: bool,
) -> Phone:
    world = scene.world
    opened = await cases.opened(world, case, name)
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    device = hash_token(opened.token)
    invitation = await take_seat.enter(world, opened.invitation, device)
    for scope in scopes:
        version = text_version(PACK.consent(scope))
        await give_consent.consent(world, invitation, scope, version, agreed=True)
    check = conduct_session.identity(
        world,
        actor("su"),
        invitation.person_id,
        "resident_identity_card",
        matches=True,
        phone_confirmed=on_video,
    )
    await conduct_session.check_identity(world, actor("su"), session.id, check)
    return Phone(scene=scene, invitation=invitation, device=device, token=opened.token)


def draft(case: Case, revision: int = 0, **changes: Any) -> DraftForm:
    """Return the example's draft as typed."""
    worker, company = (party.id for party in case.parties)
    return replace(
        DraftForm(
            revision=revision,
            facts=FACTS,
            clauses=tuple(ClauseForm(id=None, text=text) for text in CLAUSES),
            items=ITEMS,
            payments=tuple(_payment(worker, company, *one) for one in INSTALMENTS),
        ),
        **changes,
    )


def _payment(payee: PartyId, payer: PartyId, amount: int, due_on: date) -> Payment:
    return Payment(
        payer=payer,
        payee=payee,
        amount=amount,
        due_on=due_on,
        account_holder="陈水根",
        bank="云岭县农村信用社青石分社",
        account="6200000000000001230",
    )


@begun
async def drafted(scene: Stage, **changes: Any) -> Sitting:
    """Return the sitting with the draft written."""
    made = await sitting(scene, **changes)
    await draft_agreement.edit(scene.world, actor("su"), made.case.id, draft(made.case))
    return made


@begun
async def agreed(scene: Stage, **changes: Any) -> Sitting:
    """Return it with every clause agreed to by both."""
    made = await drafted(scene, **changes)
    for phone in made.phones:
        for clause in range(len(CLAUSES)):
            await phone.answer(clause)
    return made


async def lock(made: Sitting, plan: RoutePlan = BY_PHONE) -> Agreement:
    revision = (await agreement(made.world, made.case.id)).revision
    return await lock_agreement.lock(made.world, actor("su"), made.case.id, revision, plan)


@begun
async def locked(scene: Stage, **changes: Any) -> Sitting:
    """Return it locked."""
    made = await agreed(scene, **changes)
    await lock(made)
    return made


async def scan(made: Sitting) -> FileId:
    """Upload the scan of the company's seal, as its agent does."""
    given = Upload(name="章.png", content=picture(9))
    return (await share_files.upload_seal_scan(made.world, made.agent.invitation, given)).id


@begun
async def signed(scene: Stage, **changes: Any) -> Sitting:
    """Return it signed by everybody."""
    made = await locked(scene, **changes)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await scan(made))
    for login in ("su", "jiang"):
        await staff_signs(made, login)
    return made


async def staff_signs(made: Sitting, login: str) -> Agreement:
    pdf = await pdf_sha256(made)
    return await staff_sign.sign(made.world, stepped_up(login), made.case.id, pdf)


async def pdf_sha256(made: Sitting) -> str:
    found = (await agreement(made.world, made.case.id)).locked
    assert found is not None
    return found.pdf_sha256


async def seal(made: Sitting, world: World | None = None) -> None:
    """Let the head seal it."""
    pdf = await pdf_sha256(made)
    await seal_agreement.seal(world or made.world, stepped_up("he"), made.case.id, pdf)


@begun
async def sealed(scene: Stage, **changes: Any) -> Sitting:
    """Return it sealed."""
    made = await signed(scene, **changes)
    await seal(made)
    return made


async def attach(made: Sitting, file: FileId) -> Agreement:
    return await attach_seal_scan.attach(
        made.world, actor("jiang"), made.case.id, made.agent.invitation.person_id, file
    )


def said(pending: Pending) -> dict[str, Any]:
    """Return a statement's fields."""
    found: dict[str, Any] = json.loads(pending.statement)
    return found
