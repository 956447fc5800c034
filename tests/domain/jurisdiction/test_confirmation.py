"""Which agreements a court confirms, and what those it does not confirm say about it."""

import pytest

from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.packs import pack_of
from server.domain.jurisdiction.zh_cn import PACK as ZH


@pytest.mark.parametrize(
    ("dispute_type", "answers", "bar"),
    [
        ("02", {}, None),
        ("01", {}, "personal_status"),
        ("01", {"personal_status": True}, "personal_status"),
        ("01", {"personal_status": False}, None),
        ("02", {"personal_status": True}, "personal_status"),
        ("03", {"personal_status": True}, "personal_status"),
        ("03", {"title_or_ip": True}, "title_or_ip"),
        ("16", {"title_or_ip": False}, None),
        ("10b", {}, "labour_beyond_payment"),
        ("10b", {"labour_beyond_payment": False}, None),
    ],
)
def test_what_bars_court_confirmation(
    dispute_type: str, answers: dict[str, bool], bar: str | None
) -> None:
    assert ZH.confirmation_bar(dispute_type, answers) == bar


@pytest.mark.parametrize(
    ("dispute_type", "personal_status", "found", "words"),
    [
        ("02", False, CourtConfirmation.OPEN, "各方可以共同向有管辖权的人民法院申请司法确认"),
        ("01", False, CourtConfirmation.OPEN, "各方可以共同向有管辖权的人民法院申请司法确认"),
        ("01", True, CourtConfirmation.CLOSED, None),
        ("02", True, CourtConfirmation.CLOSED, None),
        ("03", False, CourtConfirmation.DEPENDS, "依法可以申请司法确认的"),
        ("16", False, CourtConfirmation.DEPENDS, "依法可以申请司法确认的"),
        ("10b", False, CourtConfirmation.DEPENDS, "依法可以申请司法确认的"),
    ],
)
def test_an_agreement_promises_no_confirmation_that_a_court_refuses(
    dispute_type: str, personal_status: bool, found: CourtConfirmation, words: str | None
) -> None:
    state, _ = ZH.court_confirmation(dispute_type, personal_status=personal_status)
    assert state is found
    closing = ZH.closing_lines(copies=3, labour=False, electronic=False, confirmation=state)
    said = [line.zh for line in closing if "司法确认" in line.zh]
    assert len(said) == (words is not None)
    assert all(words in line for line in said if words)


def test_where_no_court_confirms_none_is_promised() -> None:
    state, _ = pack_of("en_generic").court_confirmation("contract", personal_status=False)
    assert state is CourtConfirmation.CLOSED
