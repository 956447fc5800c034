# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageChops
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from server.documents.certificates import certificates
from server.documents.form import fields_of
from server.documents.inspection import inspect, only_blanks_filled
from server.documents.key_files import FileKeys
from server.documents.pages import images, page_text
from server.documents.sealing import apply_seal, drawn_seal
from server.documents.signing import Desk
from server.documents.typesetting import slots
from server.documents.updates import update_of
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import CompanySeal, LockedPdf, SealedPdf, SealOrder
from server.ports.inspection import PdfFacts
from tests.documents.example import SEALED_AT, example
from tests.documents.sealing import (
    NUMBER,
    locked_by,
    png,
    ring,
    seal_order as order,
    signed_by_all,
    stroke,
)

HEXI = CommitteeId("hexi")


def test_the_locked_bytes_are_the_prefix_of_the_sealed_ones(
    locked: LockedPdf, sealed: SealedPdf
) -> None:
    assert sealed.pdf.startswith(locked.pdf)
    assert len(sealed.pdf) > len(locked.pdf)


def test_number_place_and_effective_day_are_values_of_fields(sealed: SealedPdf) -> None:
    found = {name: str(field.get("/V", "")) for name, field in fields(sealed.pdf).items()}
    assert found["number"] == NUMBER
    assert found["place"] == "鹭岛市湖滨区禾溪街道"
    assert found["effective"] == "2025年3月14日"
    assert found["sealed"] == "2025年3月14日 11:52"


def fields(pdf: bytes) -> dict[str, generic.DictionaryObject]:
    return fields_of(update_of(pdf))


def test_the_seal_is_intact_valid_trusted_and_covers_everything(
    locked: LockedPdf, sealed: SealedPdf
) -> None:
    facts = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert facts.intact
    assert facts.valid
    assert facts.trusted
    assert facts.covers_all
    assert facts.only_blanks_filled
    assert facts.modification == "lta_updates"
    assert facts.signed_at == SEALED_AT
    assert facts.signer == "COMMITTEE-SEAL hexi"
    assert facts.signatures == 6


def test_trust_is_unknown_without_an_anchor_and_denied_by_a_foreign_one(
    locked: LockedPdf, sealed: SealedPdf, tmp_path: Path
) -> None:
    _, foreign = certificates(FileKeys(tmp_path / "other", b"x" * 32), HEXI, SEALED_AT)
    assert inspect(sealed.pdf, len(locked.pdf), []).trusted is None
    facts = inspect(sealed.pdf, len(locked.pdf), [foreign])
    assert facts.trusted is False
    assert {one.trusted for one in facts.each} == {False}
    assert facts.valid


def test_the_committee_seal_is_drawn_in_its_blank(sealed: SealedPdf, locked: LockedPdf) -> None:
    slot = next(s for s in locked.slots if s.name == "seal")
    page = list(images(sealed.pdf, 595))[slot.page - 1].convert("RGB")
    box = (slot.x, slot.y, slot.x + slot.width, slot.y + slot.height)
    _, green, blue = page.crop(box).split()
    red_ink = sum(green.histogram()[30:60]) + sum(blue.histogram()[30:60])
    assert red_ink > 500


@settings(max_examples=4)
@given(
    name=st.text(st.sampled_from("陈王李䶮𬱟"), min_size=1, max_size=6),
    fen=st.integers(1, 10**10),
)
def test_any_agreement_keeps_its_locked_prefix(name: str, fen: int, desk: Desk) -> None:
    document = example(name=name, first_fen=fen)
    locked = locked_by(desk, document)
    sealed = apply_seal(order(document, signed_by_all(desk, document, locked)), desk)
    facts = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert sealed.pdf.startswith(locked.pdf)
    assert facts.only_blanks_filled
    assert all(one.holds and one.trusted for one in facts.each)


def test_a_seal_image_of_the_committee_replaces_the_drawn_one(
    seal_order: SealOrder, sealed: SealedPdf, desk: Desk
) -> None:
    own = apply_seal(replace(seal_order, seal_image=stroke(1)), desk)
    pictures = [list(images(one.pdf, 595))[-1].convert("L") for one in (own, sealed)]
    assert ImageChops.difference(*pictures).getbbox() is not None
    assert Image.open(BytesIO(drawn_seal("某调解委员会", desk.fonts))).size == (992, 992)


def test_a_scan_without_a_blank_is_refused(seal_order: SealOrder, desk: Desk) -> None:
    stranger = (CompanySeal(party_id="stranger", image=ring()),)
    with pytest.raises(InvalidValueError):
        apply_seal(replace(seal_order, company_seals=stranger), desk)


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", stroke(1)[:200], png(Image.new("1", (6000, 6000)))],
    ids=["empty", "text", "cut off", "unfolds to 36 million pixels"],
)
def test_a_bad_picture_is_refused(content: bytes, seal_order: SealOrder, desk: Desk) -> None:
    with pytest.raises(InvalidValueError):
        apply_seal(replace(seal_order, seal_image=content or b" "), desk)


def test_a_scan_on_white_paper_does_not_hide_the_words_below_it(
    seal_order: SealOrder, desk: Desk
) -> None:
    scanned = apply_seal(replace(seal_order, seal_image=ring()), desk)
    plain = apply_seal(replace(seal_order, seal_image=png(Image.new("RGBA", (9, 9)))), desk)
    slot = next(s for s in slots(seal_order.signed) if s.name == "seal")
    box = (slot.x + 15, slot.y + 15, slot.x + slot.width - 15, slot.y + slot.height - 15)
    inside = [
        list(images(sealed.pdf, 595))[slot.page - 1].convert("L").crop(box)
        for sealed in (scanned, plain)
    ]
    ink = [sum(part.histogram()[:100]) for part in inside]
    assert ink[0] >= ink[1] > 50


def painted_over(pdf: bytes) -> bytes:
    """Return the PDF with an update that paints over a line of page 1."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    paint = generic.StreamObject(stream_data=b"\nq 0 g 100 400 200 12 re f Q\n")
    writer.add_stream_to_page(0, writer.add_object(paint))
    out = BytesIO()
    writer.write(out)
    return out.getvalue() + b"\n"


def test_painting_over_the_text_before_the_seal_is_found(
    locked: LockedPdf, seal_order: SealOrder, desk: Desk
) -> None:
    forged = apply_seal(replace(seal_order, signed=painted_over(seal_order.signed)), desk)
    facts = inspect(forged.pdf, len(locked.pdf), [forged.issuer_certificate])
    assert forged.pdf.startswith(locked.pdf)
    assert facts.valid
    assert facts.trusted
    assert facts.only_blanks_filled is False
    assert [one.unchanged for one in facts.each] == [*[False] * 5, True]


def test_a_change_after_the_seal_is_found(locked: LockedPdf, sealed: SealedPdf) -> None:
    facts = inspect(painted_over(sealed.pdf), len(locked.pdf), [sealed.issuer_certificate])
    assert facts.intact
    assert not facts.covers_all
    assert facts.modification == "other"
    assert facts.only_blanks_filled is False


@settings(max_examples=12)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_inspecting_never_raises_and_never_passes_a_flipped_bit(
    where: float, bit: int, sealed: SealedPdf, locked: LockedPdf
) -> None:
    # A signature itself cannot be signed: its hexadecimal digits and their padding.
    last = locked.pdf.rindex(b"/Contents <30")
    bent = bytearray(sealed.pdf)
    at = int(where * last)
    bent[at] ^= 1 << bit
    facts = inspect(bytes(bent), len(locked.pdf), [sealed.issuer_certificate])
    assert facts != good(sealed.pdf, len(locked.pdf), sealed.issuer_certificate)


@cache
def good(pdf: bytes, locked_size: int, anchor: bytes) -> PdfFacts:
    return inspect(pdf, locked_size, [anchor])


def test_long_words_shrink_into_their_blank_and_stay_whole(
    seal_order: SealOrder, locked: LockedPdf, desk: Desk
) -> None:
    number = "鹭岛市湖滨区禾溪街道云汀社区人调字〔2025〕第1017号"
    place = "鹭岛市湖滨区禾溪街道云汀花园社区居民委员会二楼人民调解室（线上）"
    sealed = apply_seal(replace(seal_order, number=number, place=place), desk)
    text = "".join(shown_text(sealed.pdf, name) for name in ("number", "place"))
    assert number + place == text
    assert only_blanks_filled(sealed.pdf, len(locked.pdf))


def shown_text(pdf: bytes, name: str) -> str:
    """Return what a field shows, read out of its appearance as a page of its own."""
    field = fields(pdf)[name]
    alone = PdfFileWriter(stream_xrefs=False)
    form = alone.import_object(field["/AP"].raw_get("/N"))
    xobjects = generic.DictionaryObject({pdf_name("/F"): form})
    resources = generic.DictionaryObject({pdf_name("/XObject"): xobjects})
    content = alone.add_object(generic.StreamObject(stream_data=b"/F Do"))
    left, low, right, top = (float(corner) for corner in field["/Rect"])
    alone.insert_page(
        PageObject(content, (0, 0, int(right - left) + 1, int(top - low) + 1), resources)
    )
    out = BytesIO()
    alone.write(out)
    return "".join("".join(page_text(out.getvalue())).split())
