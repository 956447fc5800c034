"""Takes the statement a phone signed and gives its key the PDF to sign; or the refusal.

The phone then has half a minute (`finish_signature`). One statement counts, however often
it arrives: it gives the same turn again, or a new one once that is over; a statement for
another text, person or browser gives none.
"""

from dataclasses import dataclass

from server.domain.agreement import Agreement, Lease, Signature
from server.domain.canonical import sha256_hex, sm3_agrees
from server.domain.case import Case
from server.domain.errors import (
    InvalidValueError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.file_kinds import FileKind
from server.domain.ids import FileId
from server.domain.invitation import Invitation
from server.domain.session_log import happened
from server.domain.signing_lease import LIFE, held, prepared, take
from server.domain.signing_order import expect_seal_line, line_of, refused
from server.ports.store import UnitOfWork
from server.usecases import pending_statements
from server.usecases.attach_seal_scan import check_scan
from server.usecases.change_agreement import Changed, change
from server.usecases.count_signatures import encode
from server.usecases.lapsed_turns import made_for_turn
from server.usecases.made_files import PREPARED, keep
from server.usecases.may_sign_now import expect_ready
from server.usecases.pending_statements import Pending
from server.usecases.read_agreement import own_desk
from server.usecases.sign_statement import decode
from server.usecases.signed_pdf import sign_order, signed_pdf
from server.usecases.world import World

LONGEST_SIGNATURE = 80
_LARGEST_PICTURE = 400_000
_PNG = b"\x89PNG\r\n\x1a\n"
_HANDWRITING = (FileKind.HANDWRITING, "image/png")
_STROKES = (FileKind.STROKES, "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureForm:
    """What the phone made: raw r||s (base64) over the statement, PNG (base64), strokes."""

    statement_id: str
    signature: str
    handwriting_png: str
    strokes: str
    seal_scan: FileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The form decoded and found true to its statement."""

    pending: Pending
    signature: bytes
    handwriting: bytes
    strokes: bytes
    seal_scan: FileId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the phone's key is to sign now: DER signed attributes, base64.

    `attributes` None says that this statement's signature is complete already.
    """

    epoch: int
    attributes: str | None
    life_s: int = int(LIFE.total_seconds())


async def begin(world: World, invitation: Invitation, device: str, form: SignatureForm) -> Turn:
    """Take the turn to sign and return what to sign; the same again gives the same.

    Raises SigningBusyError during somebody else's turn, InvalidValueError when the form does
    not fit its statement, ForbiddenError for another browser's statement or a seal where none
    belongs, StaleRevisionError when the text is another one by now, WrongStateError when the
    statement is older than ten minutes or he has signed otherwise, MissingStepsError with
    what is owed since.
    """
    given = await _checked(world, invitation, device, form)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        if given.pending.signed_in(agreement) or _goes_on(world, agreement, given):
            return agreement, ()
        await _expect_current(world, uow, invitation, device, given.pending, agreement)
        earlier = agreement.lease
        if earlier is not None and earlier.signature.statement == given.pending.statement:
            return take(agreement, earlier.signature, world.clock.now()), ()
        signature = await _signature(world, uow, agreement, given)
        return take(agreement, signature, world.clock.now()), ()

    taken = await change(world, invitation.case_id, step)
    if taken.lease is not None and taken.lease.prepared is None:
        async with world.turns.of(f"sign {taken.case_id}"):
            taken = await _prepared(world, taken, taken.lease, given)
    if given.pending.signed_in(taken) or taken.lease is None:
        return Turn(epoch=taken.epoch, attributes=None)
    return Turn(epoch=taken.lease.epoch, attributes=taken.lease.attributes)


def _goes_on(world: World, agreement: Agreement, given: _Given) -> bool:
    lease = agreement.lease
    return (
        lease is not None
        and lease.signature.statement == given.pending.statement
        and world.clock.now() < lease.until
    )


def _is_prepared(agreement: Agreement, lease: Lease) -> bool:
    own = agreement.lease
    return own is not None and own.epoch == lease.epoch and own.prepared is not None


async def _prepared(world: World, taken: Agreement, lease: Lease, given: _Given) -> Agreement:
    """Prepare the PDF; no lock waits for it, the turn alone keeps others away."""
    async with world.store.read() as uow:
        fresh = await uow.agreements.of_case(taken.case_id)
        if fresh is not None and (given.pending.signed_in(fresh) or _is_prepared(fresh, lease)):
            return fresh  # asked twice at once, and the other was faster
        pdf = await signed_pdf(uow, taken)
        written = lease.signature.handwriting
        picture = await made_for_turn(uow, written) if written else None
    now = world.clock.now()
    made = await world.chain.prepare(sign_order(taken, lease.signature, pdf, now, picture))

    async def step(uow: UnitOfWork, _: Case, agreement: Agreement) -> Changed:
        if held(agreement, lease.epoch).prepared is not None:
            return agreement, ()  # another app answered the same phone and was faster
        kept = await keep(world, uow, agreement.case_id, PREPARED, made.state)
        return prepared(agreement, lease.epoch, kept.id, encode(made.attributes)), ()

    return await change(world, taken.case_id, step)


async def _checked(
    world: World, invitation: Invitation, device: str, form: SignatureForm
) -> _Given:
    async with world.store.read() as uow:
        pending = await pending_statements.own(uow, form.statement_id, invitation.person_id, device)
    given = _Given(
        pending=pending,
        signature=decode(form.signature, "signature", LONGEST_SIGNATURE),
        handwriting=decode(form.handwriting_png, "handwriting_png", _LARGEST_PICTURE),
        strokes=form.strokes.encode(),
        seal_scan=form.seal_scan,
    )
    _expect_named(given)
    key = decode(pending.public_key, "public_key", len(pending.public_key))
    if not world.checker.verify(key, pending.statement.encode(), given.signature):
        raise InvalidValueError(field="signature", reason="does_not_fit")
    # What the seal could not print is refused now, while it can be written again.
    await world.renderer.check_picture(given.handwriting)
    if given.seal_scan is not None:
        await check_scan(world, invitation.case_id, given.seal_scan)
    return given


def _expect_named(given: _Given) -> None:
    said = given.pending.said
    if not given.handwriting.startswith(_PNG):
        raise InvalidValueError(field="handwriting_png", reason="not_png")
    fits = sm3_agrees(said.handwriting_sm3, given.handwriting)
    if not fits or sha256_hex(given.handwriting) != said.handwriting_sha256:
        raise InvalidValueError(field="handwriting_png", reason="not_as_stated")
    fits = sm3_agrees(said.strokes_sm3, given.strokes)
    if not fits or sha256_hex(given.strokes) != said.strokes_sha256:
        raise InvalidValueError(field="strokes", reason="not_as_stated")


async def _expect_current(
    world: World,
    uow: UnitOfWork,
    invitation: Invitation,
    device: str,
    pending: Pending,
    agreement: Agreement,
) -> None:
    said, locked = pending.said, agreement.locked
    if locked is None or (said.agreement_id, said.text_version, said.agreement_sha256) != (
        agreement.id,
        locked.version,
        locked.digest,
    ):
        raise StaleRevisionError(revision=agreement.revision)
    desk = await own_desk(world, uow, invitation, device)
    expect_ready(world, desk, said.pdf_sha256)
    if not pending.lives(world.clock.now()):
        raise WrongStateError(state="statement_expired")


async def _signature(
    world: World, uow: UnitOfWork, agreement: Agreement, given: _Given
) -> Signature:
    said, case_id = given.pending.said, agreement.case_id
    line = line_of(agreement, said.signer_id)
    if given.seal_scan is not None:  # found out now, not when the seal has taken its number
        expect_seal_line(agreement, said.signer_id)
    picture = await keep(world, uow, case_id, _HANDWRITING, given.handwriting)
    strokes = await keep(world, uow, case_id, _STROKES, given.strokes)
    return Signature(
        signer=said.signer_id,
        role=said.role,
        on_behalf_of=line.party_id if line else None,
        statement=given.pending.statement,
        signature=encode(world.checker.to_der(given.signature)),
        public_key=given.pending.public_key,
        key_control=said.key_control,
        at=said.at,
        code_verified_at=said.code_verified_at,
        phone_masked=said.phone_masked or "",
        handwriting=picture.id,
        strokes=strokes.id,
        seal_scan=given.seal_scan,
    )


async def refuse(
    world: World, invitation: Invitation, device: str, reason: str, version: int | None = None
) -> Agreement:
    """Keep that the person does not sign; the text stays, and the sitting goes on.

    His words are kept for the mediator, never logged. Raises as `begin` does, and
    StaleRevisionError where he said it of another `version` of the text.
    """

    async def step(uow: UnitOfWork, _: Case, agreement: Agreement) -> Changed:
        await own_desk(world, uow, invitation, device)
        if version not in {None, agreement.text_version}:
            raise StaleRevisionError(revision=agreement.text_version)
        person = invitation.person_id
        after = refused(agreement, person, reason)
        if after == agreement:
            return agreement, ()
        said = happened("sign.refused", person, person=person, version=agreement.text_version)
        return after, (said,)

    return await change(world, invitation.case_id, step)
