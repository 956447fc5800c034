# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from server.documents.fonts import FontFolders
from server.documents.inspection import inspect, only_blanks_filled
from server.documents.keys import KeyStore
from server.documents.pages import images, page_text
from server.documents.sealing import apply_seal, drawn_seal
from server.documents.typesetting import slots, typeset
from server.domain.errors import InvalidValueError
from server.ports.documents import LockedPdf, SealedPdf, SealOrder, SignedLine
from tests.documents.example import SEALED_AT, example
from tests.documents.sealing import NUMBER, order, png, ring, stroke


def test_the_locked_bytes_are_the_prefix_of_the_sealed_ones(
    locked: LockedPdf, sealed: SealedPdf
) -> None:
    assert sealed.pdf.startswith(locked.pdf)
    assert len(sealed.pdf) > len(locked.pdf)


def test_sealing_again_gives_the_same_bytes(
    seal_order: SealOrder, sealed: SealedPdf, keys: KeyStore, fonts: FontFolders
) -> None:
    assert apply_seal(seal_order, keys, fonts) == sealed


def test_number_moments_place_and_effective_day_stand_on_the_page(sealed: SealedPdf) -> None:
    text = "".join("".join(page_text(sealed.pdf)).split())
    for words in (NUMBER, "2025年3月14日11:52", "2025年3月14日11:38", "鹭岛市湖滨区禾溪街道"):
        assert words in text


def test_the_seal_is_intact_valid_trusted_and_covers_everything(
    locked: LockedPdf, sealed: SealedPdf
) -> None:
    facts = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert facts.intact
    assert facts.valid
    assert facts.trusted
    assert facts.covers_all
    assert facts.only_blanks_filled
    assert facts.modification == "none"
    assert facts.signed_at == SEALED_AT
    assert facts.signer == "COMMITTEE-SEAL hexi"
    assert facts.signatures == 1


def test_trust_is_unknown_without_an_anchor_and_denied_by_a_foreign_one(
    locked: LockedPdf, sealed: SealedPdf, seal_order: SealOrder, fonts: FontFolders, tmp_path: Path
) -> None:
    foreign = apply_seal(seal_order, KeyStore(tmp_path / "other", b"x" * 32), fonts)
    assert inspect(sealed.pdf, len(locked.pdf), []).trusted is None
    facts = inspect(sealed.pdf, len(locked.pdf), [foreign.issuer_certificate])
    assert facts.trusted is False
    assert facts.valid


def test_the_committee_seal_is_drawn_in_its_blank(sealed: SealedPdf, locked: LockedPdf) -> None:
    slot = next(s for s in locked.slots if s.name == "seal")
    page = list(images(sealed.pdf, 595))[slot.page - 1].convert("RGB")
    box = (slot.x, slot.y, slot.x + slot.width, slot.y + slot.height)
    _, green, blue = page.crop(box).split()
    red_ink = sum(green.histogram()[30:60]) + sum(blue.histogram()[30:60])
    assert red_ink > 500


@settings(max_examples=5)
@given(
    name=st.text(st.sampled_from("陈王李䶮𬱟"), min_size=1, max_size=6),
    fen=st.integers(1, 10**10),
)
def test_any_agreement_keeps_its_locked_prefix(
    name: str, fen: int, keys: KeyStore, fonts: FontFolders
) -> None:
    document = example(name=name, first_fen=fen)
    locked = typeset(document, fonts)
    sealed = apply_seal(order(document, locked), keys, fonts)
    assert sealed.pdf.startswith(locked.pdf)
    assert only_blanks_filled(sealed.pdf, len(locked.pdf))


def test_a_seal_image_of_the_committee_replaces_the_drawn_one(
    seal_order: SealOrder, sealed: SealedPdf, keys: KeyStore, fonts: FontFolders
) -> None:
    own = apply_seal(replace(seal_order, seal_image=stroke(1)), keys, fonts)
    assert own.pdf != sealed.pdf
    assert Image.open(BytesIO(drawn_seal("某调解委员会", fonts))).size == (992, 992)


def test_a_line_without_handwriting_says_so(
    seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    lines = (replace(seal_order.lines[0], handwriting=None), *seal_order.lines[1:])
    text = "".join(page_text(apply_seal(replace(seal_order, lines=lines), keys, fonts).pdf))
    assert "已电子签名" in text


def test_a_signer_without_a_blank_is_refused(
    seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    stranger = (SignedLine(signer_id="stranger", at=SEALED_AT),)
    with pytest.raises(InvalidValueError):
        apply_seal(replace(seal_order, lines=stranger), keys, fonts)


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", stroke(1)[:200], png(Image.new("1", (6000, 6000)))],
    ids=["empty", "text", "cut off", "unfolds to 36 million pixels"],
)
def test_a_bad_picture_is_refused(
    content: bytes, seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    with pytest.raises(InvalidValueError):
        apply_seal(replace(seal_order, seal_image=content or b" "), keys, fonts)


def test_a_scan_on_white_paper_does_not_hide_the_words_below_it(
    seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    scanned = apply_seal(replace(seal_order, seal_image=ring()), keys, fonts)
    plain = apply_seal(replace(seal_order, seal_image=png(Image.new("RGBA", (9, 9)))), keys, fonts)
    slot = next(s for s in slots(seal_order.locked) if s.name == "seal")
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


def test_painting_over_the_text_is_found_even_under_a_valid_seal(
    locked: LockedPdf, seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    forged = apply_seal(replace(seal_order, locked=painted_over(locked.pdf)), keys, fonts)
    facts = inspect(forged.pdf, len(locked.pdf), [forged.issuer_certificate])
    assert forged.pdf.startswith(locked.pdf)
    assert facts.valid
    assert facts.trusted
    assert facts.only_blanks_filled is False


def test_a_change_after_the_seal_is_found(locked: LockedPdf, sealed: SealedPdf) -> None:
    facts = inspect(painted_over(sealed.pdf), len(locked.pdf), [sealed.issuer_certificate])
    assert facts.intact
    assert not facts.covers_all
    assert facts.modification == "other"
    assert facts.only_blanks_filled is False


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_inspecting_never_raises_and_never_passes_a_flipped_bit(
    where: float, bit: int, sealed: SealedPdf, locked: LockedPdf
) -> None:
    # The signature itself cannot be signed: its hexadecimal digits and their padding.
    start = sealed.pdf.index(b"/Contents <30") + len(b"/Contents <")
    end = sealed.pdf.index(b">", start)
    bent = bytearray(sealed.pdf)
    at = int(where * (len(bent) - (end - start)))
    bent[at if at < start else at + end - start] ^= 1 << bit
    facts = inspect(bytes(bent), len(locked.pdf), [sealed.issuer_certificate])
    good = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert facts != good


def test_long_words_shrink_into_their_blank_and_stay_whole(
    seal_order: SealOrder, keys: KeyStore, fonts: FontFolders
) -> None:
    number = "鹭岛市湖滨区禾溪街道云汀社区人调字〔2025〕第1017号"
    place = "鹭岛市湖滨区禾溪街道云汀花园社区居民委员会二楼人民调解室（线上）"
    sealed = apply_seal(replace(seal_order, number=number, place=place), keys, fonts)
    text = "".join("".join(page_text(sealed.pdf)).split())
    assert number in text
    assert place in text
    assert only_blanks_filled(sealed.pdf, len(seal_order.locked))
