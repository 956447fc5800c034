"""The signatures of an agreement before its seal: the server's lock, and each person's."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from server.documents.chain import Look, Signing, Sources, finish, platform_role, prepare_in
from server.documents.filling import Shown, Words
from server.documents.fonts import FontFolders
from server.documents.form import (
    Box,
    box_of,
    field_name,
    signature_box,
    with_form,
)
from server.documents.issuer import EventRequest, lasting
from server.documents.keys import KeyProvider, key_name
from server.documents.pictures import picture
from server.documents.suites import P256, suite_of
from server.documents.typesetting import slots
from server.documents.updates import Update, update_of
from server.documents.wording import chinese_moment
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import (
    CERTIFICATION,
    KeyRef,
    LockedPdf,
    Prepared,
    SignOrder,
    Slot,
)

SIGNED_WITHOUT_PICTURE = "已电子签名"


@dataclass(frozen=True, slots=True)
class Desk:
    """All that signing takes. Picklable, for the pool."""

    keys: KeyProvider
    fonts: FontFolders
    sources: Sources


def certify(committee: CommitteeId, drawn: LockedPdf, at: datetime, desk: Desk) -> LockedPdf:
    """Return the drawn PDF with its form, certified by this server.

    Certification (ISO 32000-1, 12.8.2.2, P=2) allows nothing but filling in and signing.
    """
    role = platform_role(committee)
    formed = with_form(drawn.pdf, drawn.slots)
    signing = Signing(
        committee_id=committee,
        field=CERTIFICATION,
        issued=lasting(desk.keys, committee, role, at),
        at=at,
        room=desk.sources.stamps.room,
        certifies=True,
    )
    prepared = prepare_in(update_of(formed), len(formed), signing, desk.fonts)
    value = desk.keys.sign(role.key, prepared.attributes)
    pdf = finish(formed, prepared.state, value, at, desk.sources)
    return replace(drawn, pdf=pdf, pdf_sha256=sha256(pdf).hexdigest())


def prepare(order: SignOrder, desk: Desk) -> Prepared:
    """Return what the signer's key is to sign; his certificate is issued for it.

    Raises InvalidValueError for a signer without a blank or a picture that is none.
    """
    request = EventRequest(
        committee_id=order.committee_id,
        role=order.role,
        pseudonym=order.signer_id,
        public_key=order.public_key,
        statement_sha256=order.statement_sha256,
        at=order.at,
    )
    update = update_of(order.pdf)
    look = _look(update, order)
    signing = Signing(
        committee_id=order.committee_id,
        field=field_name(f"sign:{order.signer_id}"),
        issued=desk.sources.issuer.issue(request),
        at=order.at,
        room=desk.sources.stamps.room,
        look=look,
    )
    return prepare_in(update, len(order.pdf), signing, desk.fonts)


def finished(pdf: bytes, state: bytes, signature: bytes, at: datetime, desk: Desk) -> bytes:
    """Return the bytes that the signed PDF has more than `pdf`."""
    return finish(pdf, state, signature, at, desk.sources)[len(pdf) :]


def sign_here(order: SignOrder, ref: KeyRef, desk: Desk) -> bytes:
    """Return what the signature by a key of this server adds to `order.pdf`.

    It is of the suite of `order.public_key`, with which the statement was signed.
    """
    prepared = prepare(order, desk)
    suite = suite_of(order.public_key) or P256
    value = desk.keys.sign(key_name(ref, suite), prepared.attributes)
    return finished(order.pdf, prepared.state, value, order.at, desk)


def _look(update: Update, order: SignOrder) -> Look:
    blanks = {slot.name: slot for slot in slots(order.pdf)}
    name = f"sign:{order.signer_id}"
    if name not in blanks:
        raise InvalidValueError(field="line", reason="sign")
    corner = signature_box(update, name, blanks)
    moment = Words(
        words=chinese_moment(order.signed_at),
        box=_within(update, blanks[f"at:{order.signer_id}"], corner),
    )
    written = _within(update, blanks[name], corner)
    if order.handwriting is None:
        return Look(words=(moment, Words(words=SIGNED_WITHOUT_PICTURE, box=written)))
    return Look(words=(moment,), shown=(Shown(picture=picture(order.handwriting), box=written),))


def _within(update: Update, slot: Slot, corner: Box) -> Box:
    box = box_of(update, slot)
    return replace(box, x=box.x - corner.x, y=box.y - corner.y)
