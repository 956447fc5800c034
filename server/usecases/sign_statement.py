"""Hands a signer the exact statement to sign, once nothing stands in the way any more.

Fields follow 电子签名法 art. 13: a key of the signer's own, in his hands alone, over
exactly this content. A code to his own telephone is spent for it; where none can be
sent, staff have compared the number on video, and the statement says so.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.canonical import sha256_hex
from server.domain.consent_statement import ConsentStatement
from server.domain.errors import ForbiddenError, InvalidValueError, MissingStepsError
from server.domain.invitation import Invitation
from server.domain.masking import mask_phone
from server.domain.signing_words import KeyUsed, statement
from server.usecases import pending_statements, send_code
from server.usecases.lock_agreement import RECORD_MARGIN
from server.usecases.may_sign_now import expect_ready, seen_on_video
from server.usecases.named_in_sm3 import named_in_sm3
from server.usecases.pending_statements import Pending
from server.usecases.read_agreement import OwnDesk, own_desk
from server.usecases.show_pages import all_shown
from server.usecases.world import World

_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementForm:
    """What the phone is about to sign with, by SHA-256, and by SM3 where the page tells it."""

    pdf_sha256: str
    public_key: str
    handwriting_sha256: str
    strokes_sha256: str
    code: str | None
    handwriting_sm3: str | None = None
    strokes_sm3: str | None = None

    def question(self, person: str, device: str) -> str:
        """Return what makes two requests the same one."""
        hashes = (self.pdf_sha256, self.handwriting_sha256, self.strokes_sha256)
        beside = (self.handwriting_sm3 or "", self.strokes_sm3 or "")
        return pending_statements.question(
            person, device, self.public_key, *hashes, *beside, self.code or ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """How it is known that the person himself signs."""

    code_verified_at: datetime | None = None
    phone_masked: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


async def issue(world: World, invitation: Invitation, device: str, form: StatementForm) -> Pending:
    """Return the statement to sign; asked the same again, the same statement.

    Raises ForbiddenError for another browser or whoever does not sign, WrongStateError
    unless the text is locked and unsigned by him, StaleRevisionError for another PDF,
    MissingStepsError with one code (authority, identity, e_signature_consent,
    e_signature_refused, pages,
    code, confirmed_on_video), WrongCodeError, TooManyTriesError, DiskFullError.
    """
    key = decode(form.public_key, "public_key", _LONGEST_KEY)
    asked = form.question(invitation.person_id, device)
    async with world.store.read() as uow:
        desk = await own_desk(world, uow, invitation, device)
        locked = expect_ready(world, desk, form.pdf_sha256)
        if not await all_shown(uow, invitation.case_id, locked, desk.person.id):
            raise MissingStepsError(missing=["pages"])
        known = await pending_statements.answered(uow, asked, world.clock.now())
    if known is not None:
        return known
    await world.archive.reserve(invitation.case_id, RECORD_MARGIN)
    proof = await _prove(world, invitation, desk, form.code)
    named = await named_in_sm3(world, _statement(world, desk, sha256_hex(key)), locked, key)
    said = replace(
        named,
        handwriting_sha256=form.handwriting_sha256,
        strokes_sha256=form.strokes_sha256,
        handwriting_sm3=form.handwriting_sm3 if named.key_sm3 else None,
        strokes_sm3=form.strokes_sm3 if named.key_sm3 else None,
        code_verified_at=proof.code_verified_at,
        phone_masked=proof.phone_masked,
        confirmed_by=proof.confirmed_by,
        confirmed_at=proof.confirmed_at,
    )
    made = pending_statements.pending(world.ids.new(), said, form.public_key, device)
    async with world.store.write() as uow:
        await pending_statements.put(uow, made, asked, world.clock.now())
    return made


def decode(text: str, field: str, longest: int) -> bytes:
    """Return what base64 holds; InvalidValueError naming the field for anything else."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise InvalidValueError(field=field, reason="not_base64") from None
    if not 0 < len(content) <= longest:
        raise InvalidValueError(field=field, reason="length")
    return content


async def _prove(world: World, invitation: Invitation, desk: OwnDesk, code: str | None) -> _Proof:
    """Spend the code, or name who compared the person on video."""
    if send_code.has_code_channel(world, desk.person):
        if code is None:
            raise MissingStepsError(missing=["code"])
        at = await send_code.spend(world, invitation, "sign", code)
        return _Proof(code_verified_at=at, phone_masked=mask_phone(desk.person.mobile))
    seen = seen_on_video(desk.facts.shown, desk.person)
    if seen is None:
        raise MissingStepsError(missing=["confirmed_on_video"])
    return _Proof(confirmed_by=seen.by, confirmed_at=seen.at)


def _statement(world: World, desk: OwnDesk, key_sha256: str) -> ConsentStatement:
    if desk.agreement is None:
        raise ForbiddenError(act="sign")
    return statement(
        desk.agreement,
        desk.person.id,
        KeyUsed(sha256=key_sha256, control="browser"),
        language=world.pack.languages[0],
        at=world.clock.now(),
        nonce=world.ids.token(),
    )
