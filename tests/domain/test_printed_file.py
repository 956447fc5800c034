"""Cover and contents list say what lies in a case's file, in the national order, and what lacks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain import printed_file
from server.domain.case import Case, CaseState
from server.domain.file_kinds import FileKind
from server.domain.printed_file import EXPLAIN, LACKING, NO_AGREEMENT, Filed
from server.domain.printout import Boxes, Listing
from server.domain.retention import Keeping
from server.domain.session import Consent, MinutesItem, MinutesMark, Session
from tests.support.builders import AGENT, NOW, PACK, WIFE, WORKER, a_case, a_session, prepared

NAME = "鹭岛市湖滨区禾溪街道人民调解委员会"
NUMBER = "湖禾人调字〔2025〕第017号"
TEN_YEARS = Keeping(dispute_type="10", years=10, basis="会议决定")
FULL = {FileKind.IDENTITY: 2, FileKind.AUTHORITY: 1, FileKind.EVIDENCE: 6}


def minuted() -> Session:
    item = MinutesItem(id="1", at=NOW, speaker="", text="到齐。", mark=MinutesMark.NOTICE)
    return replace(prepared(a_session()), minutes=(item,))


def filed(**changes: Any) -> Filed:
    fields: dict[str, Any] = {
        "case": a_case(),
        "pack": PACK,
        "committee": NAME,
        "mediator": "苏慧珍",
        "sessions": (minuted(), minuted()),
        "kinds": FULL,
        "number": NUMBER,
        "delivered": frozenset({WORKER}),
        "entries": 57,
        "keeping": TEN_YEARS,
        "wards": {},
    }
    return Filed(**{**fields, **changes})


def notes(**changes: Any) -> dict[str, str]:
    (listed,) = (one for one in printed_file.parts(filed(**changes)) if isinstance(one, Listing))
    codes = [item.code for item in PACK.case_file]
    return {code: row[-1] for code, row in zip(codes, listed.rows, strict=True)}


def cover(**changes: Any) -> dict[str, str]:
    boxes = printed_file.parts(filed(**changes))[0]
    assert isinstance(boxes, Boxes)
    return {row.label: row.lines[0] for row in boxes.rows}


def test_the_cover_is_filled_from_the_case() -> None:
    ended = replace(a_case(), closed_at=NOW + timedelta(hours=20))
    filled = cover(case=ended)
    assert filled["立卷单位"] == NAME
    assert filled["卷名"] == "陈水根与鹭岛恒筑建设劳务有限公司工地受伤的赔偿纠纷"
    assert filled["卷号"] == NUMBER
    assert filled["人民调解员"] == "苏慧珍"
    assert filled["调解日期"] == "2025年3月12日至2025年3月15日"
    assert (filled["保管期限"], filled["立卷人"], filled["备注"]) == ("10年", "", "")
    assert cover(keeping=replace(TEN_YEARS, years=None))["保管期限"] == "永久"
    assert cover()["调解日期"] == "2025年3月12日至　　　　年　　月　　日"


def test_the_list_has_every_document_in_the_national_order() -> None:
    (listed,) = (one for one in printed_file.parts(filed()) if isinstance(one, Listing))
    assert [row[:3] for row in listed.rows] == [
        (item.position, item.name.zh, "必" if item.compulsory else "需") for item in PACK.case_file
    ]
    assert {row[3] for row in listed.rows} == {""}


def test_it_tells_what_there_is_of_each() -> None:
    assert notes() == {
        "cover": "本件",
        "contents": "本件",
        "application": "受理登记表",
        "rights_notice": "在线确认：陈水根、林启航",
        "online_consent": "在线确认：陈水根、刘春梅、林启航",
        "e_signature_consent": "",
        "sensitive_consent": "",
        "identity_checks": "视频核对：陈水根、刘春梅、林启航",
        "session_log": "共57条",
        "preservation": "电子卷宗内有核验说明",
        "identity_documents": "2件",
        "power_of_attorney": "1件",
        "inquiry": "",
        "evidence": "6件",
        "minutes": "2次",
        "agreement": f"{NUMBER}；已领取：陈水根",
        "performance_proof": "",
        "follow_up": "",
        "confirmation": "",
        "file_note": "",
        "back_cover": "装订时加",
    }


def test_a_wards_wish_is_nobodys_consent() -> None:
    session = minuted()
    asked = tuple(replace(one, wish=one.person_id == WORKER) for one in session.consents)
    wished = replace(session, consents=asked)
    assert notes(sessions=(wished,))["online_consent"] == "在线确认：刘春梅、林启航"
    assert notes(wards={WORKER: (WIFE,)})["online_consent"] == "在线确认：刘春梅、林启航"


def test_rights_were_told_before_there_was_a_warning_of_sham_mediation_as_well() -> None:
    blocks = len(PACK.notices.rights_and_duties)
    heard = tuple(one for one in minuted().rights_answers if one.block <= blocks)
    earlier = replace(minuted(), rights_answers=heard)
    assert notes(sessions=(earlier,))["rights_notice"] == "在线确认：陈水根、林启航"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sessions": ()}, "minutes"),
        ({"sessions": ()}, "rights_notice"),
        ({"kinds": {FileKind.AUTHORITY: 1}}, "identity_documents"),
        ({"kinds": {FileKind.IDENTITY: 1}}, "power_of_attorney"),
        ({"number": ""}, "agreement"),
    ],
)
def test_what_is_compulsory_and_not_there_is_told_and_to_be_explained(
    changes: dict[str, Any], code: str
) -> None:
    found = notes(**changes)
    assert found[code] == LACKING
    assert found["file_note"] == EXPLAIN


def without_agent() -> Case:
    case = a_case()
    return replace(case, people=tuple(one for one in case.people if one.id != AGENT))


def test_no_power_lacks_where_nobody_has_one() -> None:
    assert notes(case=without_agent(), kinds={})["power_of_attorney"] == ""


def test_a_case_that_ended_without_agreement_lacks_none() -> None:
    ended = replace(a_case(), state=CaseState.ENDED)
    assert notes(case=ended, number="")["agreement"] == NO_AGREEMENT


def test_who_took_a_consent_back_is_not_named() -> None:
    def said(person: Any, *, agreed: bool) -> Consent:
        scope = "online_mediation"
        return Consent(person_id=person, scope=scope, agreed=agreed, text_version="v", at=NOW)

    first = minuted()
    later = replace(first, consents=(said(WORKER, agreed=True), said(WIFE, agreed=False)))
    named = notes(sessions=(first, later))["online_consent"]
    assert named == "在线确认：陈水根、林启航"
