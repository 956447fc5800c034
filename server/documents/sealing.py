"""Applies the committee's seal, the last signature: it fills what is still blank.

Number, place, day of effect and the scans of companies' seals are values of fields that
were there from the lock on; the seal locks all of them and forbids any later change
(ISO 32000-1, 12.8.2.4). A time stamp over the whole file follows, which an archive renews
(ETSI EN 319 142-1, B-LTA).
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import hashlib
from functools import lru_cache
from io import BytesIO

from pyhanko.pdf_utils.generic import DictionaryObject, TextStringObject, pdf_name
from pyhanko.sign.fields import InvisSigSettings, MDPPerm
from pyhanko.sign.signers import PdfTimeStamper

from server.documents.chain import STAMPED_OVER, Look, Signing, finish, prepare_in, reserved
from server.documents.filling import Shown, Words, drawn, face, forms, show
from server.documents.fonts import FontFolders
from server.documents.form import Box, field_name, fields_of
from server.documents.pictures import Picture, picture
from server.documents.seals import seal_certificates, seal_of
from server.documents.signing import Desk
from server.documents.suites import SUITES
from server.documents.templates import picture_of
from server.documents.timestamps import Stamper
from server.documents.to_end import to_end
from server.documents.updates import Update, update_of
from server.documents.wording import chinese_moment
from server.domain.errors import InvalidValueError
from server.domain.printed_words import chinese_date
from server.ports.documents import SEAL, SealedPdf, SealOrder

_SEALS = 4
"""Drawn seals that are kept: of committees that have put in no picture of theirs."""


def apply_seal(order: SealOrder, desk: Desk) -> SealedPdf:
    """Return the sealed PDF.

    Raises InvalidValueError for a scan without its blank or a picture that is none,
    MissingCharactersError when no font can draw what is to be filled in.
    """
    update = update_of(order.signed)
    fields = fields_of(update)
    _fill_words(update, fields, order, desk.fonts)
    _fill_scans(update, fields, order, desk.fonts)
    pdf = _archived(_signed(update, fields, order, desk), order, desk)
    trust = seal_certificates(desk.keys, order.committee_id, order.at, order.suite)
    return SealedPdf(
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        seal_certificate=trust.pdf_seal[0] if trust.pdf_seal else trust.seal,
        issuer_certificate=trust.issuer,
    )


def drawn_seal(name: str, fonts: FontFolders) -> bytes:
    """Return a PNG of the committee's name on a ring that says a server drew it."""
    return picture_of("ring", {"name": name, "centre": "电子印样"}, fonts, ppi=600)


@lru_cache(_SEALS)
def _drawn_picture(name: str, fonts: FontFolders) -> Picture:
    return picture(drawn_seal(name, fonts))


def _seal_image(order: SealOrder, fonts: FontFolders) -> Picture:
    if order.seal_image:
        return picture(order.seal_image)
    return _drawn_picture(order.committee_name, fonts)


def _fill_words(
    update: Update, fields: dict[str, DictionaryObject], order: SealOrder, fonts: FontFolders
) -> None:
    texts = {
        "number": order.number,
        "place": order.place,
        "effective": chinese_date(order.effective_on),
        "sealed": chinese_moment(order.at),
    }
    words = [Words(words=text, box=_inside(fields[name])) for name, text in texts.items()]
    made = forms(update, drawn(words, fonts))
    for (name, text), form in zip(texts.items(), made, strict=True):
        field = fields[name]
        field[pdf_name("/V")] = TextStringObject(text)
        field[pdf_name("/AP")] = DictionaryObject({pdf_name("/N"): form})
        update.update_container(field)


def _fill_scans(
    update: Update, fields: dict[str, DictionaryObject], order: SealOrder, fonts: FontFolders
) -> None:
    for seal in order.company_seals:
        field = fields.get(field_name(f"scan:{seal.party_id}"))
        if field is None:
            raise InvalidValueError(field="line", reason="scan")
        scan = Shown(picture=picture(seal.image), box=_inside(field))
        show(update, field, face(update, (), (scan,), fonts))


def _inside(field: DictionaryObject) -> Box:
    left, low, right, top = (float(corner) for corner in field["/Rect"])
    return Box(page=0, x=0, y=0, width=right - left, height=top - low)


def _signed(
    update: Update, fields: dict[str, DictionaryObject], order: SealOrder, desk: Desk
) -> bytes:
    seal = seal_of(desk.keys, order.committee_id, SUITES[order.suite], order.at)
    image = _seal_image(order, desk.fonts)
    signing = Signing(
        committee_id=order.committee_id,
        field=SEAL,
        issued=seal.issued,
        at=order.made_at,
        room=desk.sources.stamps.room,
        look=Look(shown=(Shown(picture=image, box=_inside(fields[SEAL])),)),
        name=order.committee_name,
        location=order.place,
        allows=MDPPerm.NO_CHANGES,
    )
    prepared = prepare_in(update, len(order.signed), signing, desk.fonts)
    value = desk.keys.sign(seal.key, prepared.attributes)
    return finish(order.signed, prepared.state, value, order.made_at, desk.sources)


def _archived(pdf: bytes, order: SealOrder, desk: Desk) -> bytes:
    stamper = desk.sources.stamps.stamper(order.committee_id, order.made_at)
    return to_end(stamp_whole(update_of(pdf), stamper, "archive", STAMPED_OVER))


async def stamp_whole(update: Update, stamper: Stamper, field: str, digest: str) -> bytes:
    """Return the updated PDF with a time stamp over all of it in a new field."""
    made = PdfTimeStamper(
        stamper,
        field_name=field,
        invis_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name="存档时间戳",
    )
    out = BytesIO()
    room = reserved(stamper.room)
    await made.async_timestamp_pdf(update, digest, bytes_reserved=room, output=out)
    return out.getvalue()
