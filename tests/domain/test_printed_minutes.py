"""The printed minutes hold what the form asks for, and never a concession or a private word."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from server.domain import printed_minutes
from server.domain.case import PersonRole, Side
from server.domain.caucuses import Caucus
from server.domain.ids import PersonId
from server.domain.printed_minutes import LEFT_OUT, NOTHING, ROUTES, TOLD, UNTOLD, Sat
from server.domain.printout import Hand, Named, Part, Printout, Said, Words
from server.domain.session import MinutesAnswer, MinutesItem, MinutesMark, Session, SessionState
from tests.support.builders import (
    AGENT,
    NOW,
    PACK,
    WIFE,
    WORKER,
    a_case,
    a_session,
    prepared,
)

NAME = "鹭岛市湖滨区禾溪街道人民调解委员会"
NUMBER = "湖禾人调字〔2025〕第017号"


def after(minutes: float) -> Any:
    return NOW + timedelta(minutes=minutes)


def said(text: str, at: float = 1, mark: MinutesMark = MinutesMark.STATEMENT) -> MinutesItem:
    return MinutesItem(id=text, at=after(at), speaker="陈水根", text=text, mark=mark)


def closed(*items: MinutesItem, **changes: Any) -> Session:
    ended: dict[str, Any] = {
        "state": SessionState.CLOSED,
        "closed_at": after(188),
        "outcome": "agreed",
        "minutes": items,
        "minutes_version": 3,
    }
    return replace(prepared(a_session()), **{**ended, **changes})


def sat(session: Session, *caucuses: Caucus, **changes: Any) -> Sat:
    fields: dict[str, Any] = {
        "case": a_case(),
        "session": session,
        "pack": PACK,
        "committee": NAME,
        "caucuses": caucuses,
        "mediator": "苏慧珍",
        "recorder": "江一帆",
        "number": NUMBER,
    }
    return Sat(**{**fields, **changes})


def parts(session: Session, *caucuses: Caucus, **changes: Any) -> tuple[Part, ...]:
    return printed_minutes.parts(sat(session, *caucuses, **changes))


def named(found: tuple[Part, ...], label: str) -> str:
    return next(one.text for one in found if isinstance(one, Named) and one.label == f"{label}：")


def words(found: tuple[Part, ...]) -> list[str]:
    return [one.text for one in found if isinstance(one, Words)]


def everything(found: tuple[Part, ...]) -> str:
    paper = Printout(title="", committee="", number="", log="", made="", made_at=NOW, parts=found)
    return paper.text()


moments = st.integers(0, 180)
spans = st.tuples(st.sampled_from([Side.APPLICANT, Side.RESPONDENT]), moments, moments)


@given(
    st.lists(st.tuples(moments, st.sampled_from(MinutesMark)), max_size=12),
    st.lists(spans, max_size=3),
)
def test_no_concession_and_nothing_of_a_caucus_is_ever_printed(
    written: list[tuple[int, MinutesMark]], talks: list[tuple[Side, int, int]]
) -> None:
    items = [said(f"第{n}句话。", at, mark) for n, (at, mark) in enumerate(sorted(written))]
    private = [
        Caucus(side=side, since=after(min(a, b)), until=after(max(a, b))) for side, a, b in talks
    ]
    found = parts(closed(*items), *private)
    open_to_all = [
        one.text
        for one in items
        if one.mark is not MinutesMark.CONCESSION
        and not any(talk.since <= one.at <= (talk.until or one.at) for talk in private)
    ]
    bodies = [one.text for one in found if isinstance(one, Said) and one.speaker]
    assert bodies == open_to_all
    text = everything(found)
    assert all(one.text not in text for one in items if one.text not in open_to_all)
    assert sum("内容不记录" in one.text for one in found if isinstance(one, Said)) == len(private)


def test_the_paper_looks_the_same_whether_or_not_somebody_conceded() -> None:
    kept = said("受伤了。")
    conceded = said("少要五千。", 2, MinutesMark.CONCESSION)
    assert parts(closed(kept, conceded)) == parts(closed(kept))
    assert LEFT_OUT in everything(parts(closed(kept)))


def test_the_head_says_when_where_about_what_and_who_was_there() -> None:
    found = parts(closed())
    assert named(found, "时间") == "2025年3月14日9时00分至12时08分"
    assert named(found, "地点") == f"{NAME}网络调解室（视频调解）"
    assert named(found, "事由") == "陈水根与鹭岛恒筑建设劳务有限公司工地受伤的赔偿纠纷"
    assert named(found, "当事人") == (
        "申请人（甲方）陈水根；被申请人（乙方）鹭岛恒筑建设劳务有限公司（委托代理人林启航）"
    )
    assert named(found, "参加人") == "刘春梅（申请人的陪同人）"
    assert TOLD in words(found)


def test_a_sitting_held_before_there_was_a_warning_of_sham_mediation_told_the_rights() -> None:
    session = closed()
    blocks = len(PACK.notices.rights_and_duties)
    earlier = tuple(one for one in session.rights_answers if one.block <= blocks)
    assert TOLD in words(parts(replace(session, rights_answers=earlier)))
    fewer = tuple(one for one in earlier if one.block < blocks)
    assert UNTOLD in words(parts(replace(session, rights_answers=fewer)))


def test_who_was_not_identified_was_not_there_and_signs_nowhere() -> None:
    session = closed()
    there = tuple(one for one in session.identity_checks if one.person_id == AGENT)
    found = parts(replace(session, identity_checks=there))
    assert named(found, "当事人").startswith("申请人（甲方）陈水根（未参加）；")
    assert named(found, "参加人") == "无"
    hands = [one.name for one in found if isinstance(one, Hand)]
    assert hands == ["林启航", "苏慧珍", "江一帆"]


def test_somebody_else_may_come_for_him() -> None:
    case = a_case()
    son = replace(case.person(WIFE), role=PersonRole.AGENT, authority=case.person(AGENT).authority)
    people = tuple(son if one.id == WIFE else one for one in case.people)
    session = closed()
    checks = tuple(one for one in session.identity_checks if one.person_id != WORKER)
    found = parts(replace(session, identity_checks=checks), case=replace(case, people=people))
    assert named(found, "当事人").startswith("申请人（甲方）陈水根（本人未参加，委托代理人刘春梅）")


def test_of_a_sitting_that_goes_on_the_end_and_the_result_are_left_to_be_written() -> None:
    going = replace(prepared(a_session()), identity_checks=(), rights_answers=())
    found = parts(going, number="")
    assert named(found, "时间") == "2025年3月14日9时00分至　　时　　分"
    assert named(found, "调解结果") == ""
    assert {NOTHING, UNTOLD} <= set(words(found))
    hands = [one.label for one in found if isinstance(one, Hand)]
    assert hands[:2] == ["甲方（签名盖章或按指印）：", "乙方（签名盖章或按指印）："]


def test_why_the_notice_was_not_acknowledged_is_printed() -> None:
    found = parts(closed(rights_answers=(), rights_skipped="口头确认过，按钮没有反应"))
    assert "没有逐项确认的原因：口头确认过，按钮没有反应" in words(found)


@pytest.mark.parametrize(
    ("outcome", "reason", "number", "told"),
    [
        ("agreed", "", NUMBER, f"达成协议，详见{NUMBER}人民调解协议书。"),
        ("agreed", "", "", "达成协议。"),
        ("partly_agreed", "", "", "部分达成协议。"),
        ("not_agreed", "too_far_apart", "", f"未达成协议。原因：分歧较大，难以达成。{ROUTES}"),
        ("adjourned", "", "", "本次未达成协议，另定时间继续调解。"),
    ],
)
def test_the_result_is_told(outcome: str, reason: str, number: str, told: str) -> None:
    found = parts(closed(outcome=outcome, end_reason=reason), number=number)
    assert named(found, "调解结果") == told


def answer(person: PersonId, version: int, *, agreed: bool) -> MinutesAnswer:
    at = after(180)
    return MinutesAnswer(person_id=person, version=version, agreed=agreed, remark="五千", at=at)


def test_who_checked_which_words_is_told_without_his_remark() -> None:
    answers = (answer(WORKER, 3, agreed=True), answer(AGENT, 2, agreed=False))
    found = parts(closed(minutes_answers=answers))
    assert "陈水根于2025年3月14日12时00分在线核对第3稿：核对无误。" in words(found)
    assert words(found)[-2].endswith("第2稿：有异议，由本人在签名处写明，此后记录有改动。")
    assert "五千" not in everything(found)


def test_a_talk_of_another_sitting_is_not_told_here() -> None:
    before = Caucus(side=Side.APPLICANT, since=after(-90), until=after(-60))
    later = Caucus(side=Side.APPLICANT, since=after(300), until=None)
    assert "单独谈话，内容" not in everything(parts(closed(), before, later))


def test_lines_of_one_sentence_stay_lines_under_one_name() -> None:
    item = said("第一项。\n\n 第二项。 ", mark=MinutesMark.UNDISPUTED)
    bodies = [one for one in parts(closed(item)) if isinstance(one, Said)]
    assert [(one.speaker, one.tag, one.text) for one in bodies] == [
        ("陈水根", "无争议事实", "第一项。"),
        ("", "", "第二项。"),
    ]
