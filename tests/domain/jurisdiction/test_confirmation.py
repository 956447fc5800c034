"""Which agreements a court confirms, and what those it does not confirm say about it."""

import pytest

from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.packs import pack_of
from server.domain.jurisdiction.zh_cn import PACK as ZH

STATUS, TITLE, LABOUR = "personal_status", "title_or_ip", "labour_beyond_payment"
PROMISED = "各方可以共同向有管辖权的人民法院申请司法确认"
PERHAPS = "依法可以申请司法确认的"


@pytest.mark.parametrize(
    ("dispute_type", "personal_status", "asked"),
    [
        ("02", None, []),
        ("02", False, []),
        ("02", True, [STATUS]),
        ("01", None, [STATUS]),
        ("99", False, [STATUS]),
        ("03", False, [TITLE]),
        ("03", True, [STATUS, TITLE]),
        ("07", None, [TITLE]),
        ("16", None, [TITLE]),
        ("10a", None, [LABOUR]),
        ("10b", None, [LABOUR]),
    ],
)
def test_the_mediator_is_asked_only_where_it_depends_on_the_text(
    dispute_type: str, personal_status: bool | None, asked: list[str]
) -> None:
    found = ZH.confirmation_asked(dispute_type, personal_status=personal_status)
    assert [question.code for question in found] == asked


@pytest.mark.parametrize(
    ("dispute_type", "personal_status", "answers", "found", "words"),
    [
        ("02", None, {}, CourtConfirmation.OPEN, PROMISED),
        ("01", None, {}, CourtConfirmation.DEPENDS, PERHAPS),
        ("01", None, {STATUS: False}, CourtConfirmation.OPEN, PROMISED),
        ("01", None, {STATUS: True}, CourtConfirmation.CLOSED, None),
        ("99", True, {STATUS: False}, CourtConfirmation.OPEN, PROMISED),
        ("02", True, {}, CourtConfirmation.DEPENDS, PERHAPS),
        ("03", False, {}, CourtConfirmation.DEPENDS, PERHAPS),
        ("03", True, {TITLE: False}, CourtConfirmation.DEPENDS, PERHAPS),
        ("03", True, {STATUS: False, TITLE: True}, CourtConfirmation.CLOSED, None),
        ("16", None, {TITLE: False}, CourtConfirmation.OPEN, PROMISED),
        ("10b", None, {}, CourtConfirmation.DEPENDS, PERHAPS),
        ("10b", None, {LABOUR: False}, CourtConfirmation.OPEN, PROMISED),
        ("10b", None, {LABOUR: True}, CourtConfirmation.CLOSED, None),
        # An answer to what is not asked of this kind of dispute decides nothing.
        ("02", None, {LABOUR: True}, CourtConfirmation.OPEN, PROMISED),
    ],
)
def test_an_agreement_promises_no_confirmation_that_a_court_refuses(
    dispute_type: str,
    personal_status: bool | None,
    answers: dict[str, bool],
    found: CourtConfirmation,
    words: str | None,
) -> None:
    state = ZH.court_confirmation(dispute_type, personal_status=personal_status, answers=answers)
    assert state is found
    closing = ZH.closing_lines(copies=3, labour=False, electronic=False, confirmation=state)
    said = [line.zh for line in closing if "司法确认" in line.zh]
    assert len(said) == (words is not None)
    assert all(words in line for line in said if words)


def test_where_no_court_confirms_none_is_promised_and_nothing_is_asked() -> None:
    pack = pack_of("en_generic")
    state = pack.court_confirmation("contract", personal_status=True, answers={})
    assert state is CourtConfirmation.CLOSED
    assert pack.confirmation_asked("contract", personal_status=True) == ()
