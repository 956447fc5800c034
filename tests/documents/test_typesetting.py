import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from server.documents.attachments import attachment
from server.documents.fonts import FontFolders, drawable, missing_characters
from server.documents.pages import images, page_text, pictures
from server.documents.typesetting import slots, typeset
from server.documents.wording import chinese_number, payment_lines
from server.domain.agreement_document import (
    AgreementDocument,
    MissingCharactersError,
    PartyBlock,
    canonical_bytes,
    digest,
)
from server.domain.signing_route import SigningRoute
from server.ports.documents import LockedPdf
from tests.documents.example import example, worker
from tests.documents.form_text import SEAM, UNDER_THE_CODE, body, form_text, squeezed
from tests.support.signers import signer_ids

FORBIDDEN_AT_LINE_START = "，。、；：？！）》”〕"


def in_another_way(route: SigningRoute) -> AgreementDocument:
    parties = tuple(
        replace(party, signers=tuple(replace(line, route=route) for line in party.signers))
        for party in example().parties
    )
    return replace(example(), parties=parties)


PAPER = in_another_way(SigningRoute.WET_INK)
SITE = "https://tiaojie.example.gov.cn"
FORMS = {
    "electronic": (example(), "", ""),
    "with the code to be scanned": (example(), "", SITE),
    "in ink": (PAPER, SEAM, ""),
    "witnessed": (in_another_way(SigningRoute.WITNESSED), "", ""),
    "one payment, by hand": (
        replace(
            example(),
            performance=("乙方当面向甲方致歉。",),
            payments=(replace(example().payments[0], method="现金", account=None),),
        ),
        "",
        "",
    ),
    "nothing to perform, no recorder": (replace(example(), payments=(), recorder=None), "", ""),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_page_says_what_the_canonical_object_says_and_nothing_else(
    form: str, fonts: FontFolders
) -> None:
    document, seam, site = FORMS[form]
    pdf = typeset(document, fonts, site).pdf
    said = form_text(attachment(pdf, "agreement.json"), UNDER_THE_CODE if site else "")
    assert body(pdf, seam) == said


def test_no_heading_stands_over_nothing(fonts: FontFolders) -> None:
    told, untold = (
        "".join(page_text(typeset(text, fonts).pdf))
        for text in (example(), replace(example(), facts=""))
    )
    assert "纠纷主要事实" in told
    assert "纠纷主要事实" not in untold


def test_equal_agreements_give_equal_bytes(locked: LockedPdf, fonts: FontFolders) -> None:
    drawn = typeset(example(), fonts)
    assert typeset(example(), fonts) == drawn
    assert locked.pdf.startswith(drawn.pdf)


def test_drawn_at_once_each_agreement_is_drawn_as_it_is_alone(fonts: FontFolders) -> None:
    each = [example(first_fen=fen) for fen in range(12)]
    alone = [typeset(one, fonts).pdf_sha256 for one in each]
    with ThreadPoolExecutor(4) as several:
        at_once = [one.pdf_sha256 for one in several.map(lambda one: typeset(one, fonts), each)]
    assert at_once == alone
    assert len(set(alone)) == len(each)


def test_the_pdf_carries_the_canonical_agreement_and_its_blanks(locked: LockedPdf) -> None:
    assert attachment(locked.pdf, "agreement.json") == canonical_bytes(example())
    assert locked.digest == digest(example())
    assert slots(locked.pdf) == locked.slots
    names = {slot.name for slot in locked.slots}
    signing = {f"{kind}:{who}" for who in signer_ids(example()) for kind in ("sign", "at")}
    assert names == signing | {
        "number",
        "place",
        "effective",
        "sealed",
        "seal",
        "scan:party-hengzhu",
    }


def test_no_line_begins_with_a_closing_mark(locked: LockedPdf) -> None:
    starts = {line[0] for page in page_text(locked.pdf) for line in page.splitlines() if line}
    assert not starts & set(FORBIDDEN_AT_LINE_START)


def test_the_update_that_seals_can_start_on_a_new_line(locked: LockedPdf) -> None:
    assert locked.pdf.endswith(b"%%EOF\n")
    assert b"<pdfaid:part>3</pdfaid:part>" in locked.pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in locked.pdf


@pytest.mark.parametrize("name", ["陈𬱟", "𫖮䶮", "欧阳·古丽娜尔", "㛃𠅤", "鿏"])
def test_rare_names_are_drawn(name: str, fonts: FontFolders) -> None:
    assert name in body(typeset(example(name=name), fonts).pdf)


def test_a_name_no_font_has_is_refused_with_its_characters(fonts: FontFolders) -> None:
    with pytest.raises(MissingCharactersError) as refused:
        typeset(example(name="陈𰀀𰀁"), fonts)
    assert refused.value.facts == {"characters": "𰀀𰀁"}
    assert missing_characters("陈𰀀 \n\t", fonts) == {"𰀀"}


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u200b", "\xad", "\ufeff", "\0", "\ue000"], ids=ascii
)
def test_marks_that_steer_text_unseen_are_refused(unseen: str, fonts: FontFolders) -> None:
    with pytest.raises(MissingCharactersError):
        typeset(replace(example(), facts=f"付款{unseen}不付款"), fonts)


@pytest.mark.parametrize("run", ["9" * 200, "Ab1" * 80, "https://example.org/" + "x" * 150])
def test_an_endless_run_of_letters_stays_on_the_page(run: str, fonts: FontFolders) -> None:
    document = replace(example(name=run[:50]), facts=f"账号{run}。")
    locked = typeset(document, fonts)
    assert run in body(locked.pdf)
    for page in images(locked.pdf, 595):
        right_margin = page.convert("L").crop((595 - 70, 0, page.width, page.height))
        assert right_margin.getextrema() == (255, 255)


def test_coverage_holds_the_whole_of_gb_2312_and_unified_han(fonts: FontFolders) -> None:
    drawn = drawable(fonts)
    assert all(code in drawn for code in range(0x4E00, 0x9FA6))
    assert all(ord(c) in drawn for c in "（）〔〕《》“”、，。；：·①②")


def crowded(parties: int, facts: int) -> AgreementDocument:
    blocks: tuple[PartyBlock, ...] = tuple(
        replace(
            worker(f"当事人{chinese_number(n)}"),
            party_id=f"party-{n}",
            signers=(replace(worker("甲").signers[0], signer_id=f"person-{n}"),),
        )
        for n in range(1, parties + 1)
    )
    return replace(example(), parties=blocks, facts=example().facts[:facts])


@pytest.mark.parametrize("parties", [1, 2, 6, 7, 12, 20])
@pytest.mark.parametrize("facts", [20, 180, 300])
def test_signatures_never_stand_alone_on_a_page(
    parties: int, facts: int, fonts: FontFolders
) -> None:
    made = typeset(crowded(parties, facts), fonts)
    texts = [squeezed(text) for text in page_text(made.pdf)]
    first = min(slot.page for slot in made.slots if slot.name.startswith("sign:"))
    assert "本协议一式三份" in texts[first - 1]
    seal_page = next(slot.page for slot in made.slots if slot.name == "seal")
    last_signature = [slot.page for slot in made.slots if slot.name.startswith("sign:")][-1]
    assert seal_page == last_signature


@pytest.mark.parametrize("parties", [1, 6, 20])
def test_no_blank_leaves_the_page_or_covers_another(parties: int, fonts: FontFolders) -> None:
    blanks = typeset(crowded(parties, 180), fonts).slots
    for slot in blanks:
        assert 0 <= slot.x <= slot.x + slot.width <= 595
        assert 0 <= slot.y <= slot.y + slot.height <= 842 - 26 / 25.4 * 72
    hands = [s for s in blanks if s.name.startswith("sign:")]
    tops = [(s.page, s.y) for s in hands]
    assert tops == sorted(tops)
    pairs = pairwise(hands)
    assert all(a.page < b.page or a.y + a.height <= b.y for a, b in pairs)


@settings(max_examples=15)
@given(
    name=st.text(st.sampled_from("陈王李䶮𬱟欧阳娜·"), min_size=1, max_size=12),
    fen=st.integers(1, 10**11),
)
def test_any_name_and_amount_reach_the_page(name: str, fen: int, fonts: FontFolders) -> None:
    document = example(name=name, first_fen=fen)
    assert body(typeset(document, fonts).pdf) == form_text(canonical_bytes(document))


def test_pages_are_pictures_as_wide_as_asked(locked: LockedPdf) -> None:
    shown = [Image.open(BytesIO(page)) for page in pictures(locked.pdf, 750)]
    assert {(image.format, image.width) for image in shown} == {("WEBP", 750)}
    assert len(shown) == locked.pages
    assert all(image.convert("L").getextrema() == (0, 255) for image in shown)


def test_one_payment_is_no_instalment() -> None:
    only = replace(example().payments[0], account=None)
    assert payment_lines((only,)) == (
        "乙方以银行转账方式支付给甲方：",
        "人民币50,000.00元（大写：伍万元整），于2025年3月17日前付清。",
    )


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_clauses_are_numbered_in_chinese(number: int, words: str) -> None:
    assert chinese_number(number) == words


def test_blanks_are_plain_json(locked: LockedPdf) -> None:
    assert len(json.loads(attachment(locked.pdf, "slots.json"))) == len(locked.slots)
