"""What keeps a draft from being locked, on the worked case and on every fault put into it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.amounts import MAX_FEN, figures, words
from server.domain.calendar import HolidayCalendar
from server.domain.jurisdiction.clause_amounts import amount_pairs
from server.domain.jurisdiction.lint import lint
from server.domain.jurisdiction.lint_values import (
    Finding,
    Level,
    LintClause,
    LintInput,
    LintItem,
    LintParty,
    LintPayment,
)
from server.domain.jurisdiction.pack import UnknownCodeError
from server.domain.jurisdiction.packs import pack_of
from server.domain.jurisdiction.zh_cn import PACK

TODAY = date(2025, 3, 14)
WORKER, COMPANY = "陈水根", "鹭岛恒筑建设劳务有限公司"

CLAUSES = (
    (
        "乙方赔偿甲方各项损失共计人民币115,000.00元（大写：壹拾壹万伍仟元整）。其中：后续治疗费18,000元，"
        "停工期间工资39,000元，护理费9,000元，其余各项49,000元。"
    ),
    "乙方已付的住院医疗费48,632.70元由乙方承担，不从前款中扣减。",
    "甲方收到全部款项后十五日内，把医疗费用票据原件交给乙方。",
    "甲方已知悉可以在2026年1月18日前申请工伤认定，鉴定结果可能影响待遇；本协议不限制该权利。",
    "任一期逾期超过七日的，剩余款项视为全部到期。",
    "除本协议约定外，双方就上列赔偿项目无其他争议。",
    "双方同意自协议生效之日起三十日内共同申请司法确认。",
    "双方保密；为达成协议所作的让步，不得在其后的仲裁、诉讼中作为对其不利的证据。",
)


def payment(ref: str, yuan: int, due_on: date) -> LintPayment:
    return LintPayment(
        ref=ref,
        payer="b",
        payee="a",
        amount=yuan * 100,
        due_on=due_on,
        method="bank_transfer",
        account_holder=WORKER,
        bank="云岭县农村信用社青石分社",
        account="6200000000000001230",
        words=words(yuan * 100),
    )


DRAFT = LintInput(
    dispute_type="10b",
    parties=(LintParty(ref="a", name=WORKER), LintParty(ref="b", name=COMPANY)),
    clauses=tuple(
        LintClause(ref=f"c{n}", number=n, text=text) for n, text in enumerate(CLAUSES, start=1)
    ),
    items=(
        LintItem(ref="i1", name="后续治疗费", amount=1_800_000),
        LintItem(ref="i2", name="停工期间工资", amount=3_900_000),
        LintItem(ref="i3", name="护理费", amount=900_000),
        LintItem(ref="i4", name="其余各项", amount=4_900_000),
    ),
    payments=(
        payment("p1", 50_000, date(2025, 3, 17)),
        payment("p2", 35_000, date(2025, 4, 30)),
        payment("p3", 30_000, date(2025, 6, 30)),
    ),
    total=11_500_000,
    copies=3,
    facts_text="甲方在乙方承接劳务的工地受伤，住院医疗费48,632.70元已由乙方支付。",
    labour_graded=False,
)


def look(draft: LintInput, today: date = TODAY) -> tuple[Finding, ...]:
    return lint(draft, PACK, today, PACK.calendar)


def errors(draft: LintInput) -> list[tuple[str, str]]:
    return [(f.code, f.ref) for f in look(draft) if f.level is Level.ERROR]


def warnings(draft: LintInput) -> list[tuple[str, str]]:
    return [(f.code, f.ref) for f in look(draft) if f.level is Level.WARNING]


def with_clause(number: int, text: str) -> LintInput:
    clauses = list(DRAFT.clauses)
    clauses[number - 1] = replace(clauses[number - 1], text=text)
    return replace(DRAFT, clauses=tuple(clauses))


def with_payment(**changes: object) -> LintInput:
    first, *rest = DRAFT.payments
    return replace(DRAFT, payments=(replace(first, **changes), *rest))  # type: ignore[arg-type]


LABOUR = "confirmation_open_labour_beyond_payment"
LATE = "last_payment_after_confirmation_deadline"


def test_the_worked_case_can_be_locked_with_what_is_to_know_of_the_court() -> None:
    findings = look(DRAFT)
    assert {finding.level for finding in findings} == {Level.WARNING}
    assert [finding.code for finding in findings] == [LABOUR, LATE]
    assert findings[1].facts == {"last_due_on": "2025-06-30", "deadline": "2025-04-14"}


def test_payments_within_the_deadline_carry_no_warning() -> None:
    early = tuple(replace(p, due_on=date(2025, 4, 14)) for p in DRAFT.payments)
    assert look(replace(DRAFT, dispute_type="06", payments=early)) == ()


@pytest.mark.parametrize(
    ("dispute_type", "personal_status", "confirmation", "found"),
    [
        ("06", False, {}, [LATE]),
        ("01", None, {"personal_status": True}, ["confirmation_closed_personal_status"]),
        ("06", True, {}, ["confirmation_open_personal_status", LATE]),
        ("03", False, {}, ["confirmation_open_title_or_ip", LATE]),
        ("03", False, {"title_or_ip": False}, [LATE]),
        ("03", False, {"title_or_ip": True}, ["confirmation_closed_title_or_ip"]),
    ],
)
def test_the_desk_is_told_where_no_court_confirms_it(
    dispute_type: str,
    personal_status: bool | None,
    confirmation: dict[str, bool],
    found: list[str],
) -> None:
    draft = replace(
        DRAFT,
        dispute_type=dispute_type,
        personal_status=personal_status,
        confirmation=confirmation,
    )
    assert [code for code, _ in warnings(draft)] == found
    assert errors(draft) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: replace(d, total=11_000_000), "items_sum"),
        (lambda d: replace(d, total=11_000_000), "payments_sum"),
        (lambda d: replace(d, total=None), "total_missing"),
        (lambda d: replace(d, payments=()), "payments_missing"),
        (lambda d: replace(d, copies=2), "copies"),
        (lambda d: replace(d, clauses=()), "clauses_missing"),
    ],
)
def test_faults_of_the_whole_draft(change: Callable[[LintInput], LintInput], code: str) -> None:
    assert (code, "") in errors(change(DRAFT))


def test_a_sum_that_does_not_hold_says_by_how_much() -> None:
    found = look(replace(DRAFT, items=DRAFT.items[:-1]))
    facts = next(f.facts for f in found if f.code == "items_sum")
    assert facts == {"total": 11_500_000, "sum": 6_600_000, "difference": 4_900_000}


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.integers(-(10**6), 10**6))
def test_sums_hold_exactly_when_the_parts_make_the_total(parts: list[int], shift: int) -> None:
    items = tuple(LintItem(ref=str(n), name="项", amount=fen) for n, fen in enumerate(parts))
    found = errors(replace(DRAFT, items=items, total=sum(parts) + shift))
    assert (("items_sum", "") in found) is (shift != 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payer": ""}, "payer_missing"),
        ({"payee": ""}, "payee_missing"),
        ({"payer": "a"}, "payer_is_payee"),
        ({"amount": 0, "words": ""}, "amount_missing"),
        ({"amount": -5, "words": ""}, "amount_missing"),
        ({"due_on": None}, "due_day_missing"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_day_passed"),
        ({"method": ""}, "method_missing"),
        ({"method": "pigeon"}, "method_unknown"),
        ({"account_holder": " "}, "account_holder_missing"),
        ({"account_holder": "刘春梅"}, "account_holder_differs"),
        ({"bank": ""}, "bank_missing"),
        ({"account": ""}, "account_missing"),
        ({"account": "62X0"}, "account_invalid"),
        ({"words": "伍万壹仟元整"}, "words_differ"),
        ({"words": "五万元"}, "words_unreadable"),
    ],
)
def test_faults_of_a_payment(changes: dict[str, object], code: str) -> None:
    assert (code, "p1") in errors(with_payment(**changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payer": "guarantor"}, "payer_not_a_party"),
        ({"payee": "elsewhere", "account_holder": "x"}, "payee_not_a_party"),
        ({"account": "6200000000000001234"}, "account_card_check"),
        ({"account": "4100020109"}, "account_card_length"),
        ({"account_holder": "刘春梅", "holder_reason": "配偶，甲方卧床"}, "account_holder_differs"),
        ({"words": "伍万元"}, "words_spelling"),
    ],
)
def test_oddities_of_a_payment_only_warn(changes: dict[str, object], code: str) -> None:
    draft = with_payment(**changes)
    assert (code, "p1") in warnings(draft)
    assert errors(draft) == []


def test_cash_needs_no_account_and_may_be_paid_today() -> None:
    draft = with_payment(method="cash", account="", bank="", account_holder="", due_on=TODAY)
    assert errors(draft) == []


def test_no_payment_is_needed_where_nothing_is_paid() -> None:
    draft = LintInput(
        dispute_type="02",
        parties=DRAFT.parties,
        clauses=(LintClause(ref="c1", number=1, text="乙方三日内修好漏水的管道。"),),
        copies=3,
        facts_text="楼上漏水。",
    )
    assert look(draft) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "clause_empty"),
        (" \n　", "clause_empty"),
        ("支付115,000.00元（大写：壹拾壹万元整）", "words_differ"),
        ("支付人民币壹拾壹万元整（￥115,000.00）", "words_differ"),
        ("支付115000元(大写:壹拾壹万伍千元整)", "words_unreadable"),
        ("支付人民币壹拾拾万元整", "words_unreadable"),
        ("支付115,000元整（大写：壹拾贰万元整）", "words_differ"),
        ("支付115,000元正，大写人民币壹拾贰万元整", "words_differ"),
        ("支付115,000.00圆（大写：壹拾贰万元整）", "words_differ"),
        ("支付RMB115000（大写：壹拾贰万元整）", "words_differ"),
        ("支付115000（大写：壹拾贰万元整）", "words_differ"),
        ("支付壹拾贰万元整（小写：115000.00）", "words_differ"),
        ("支付壹拾贰万元整〔小写 115000〕", "words_differ"),
        ("支付115,000元【大写金额：壹拾贰万元整】", "words_differ"),
        ("支付115,000元人民币（共计大写壹拾贰万元整）", "words_differ"),
        ("甲方放弃就本次受伤起诉的权利", "waives_remedy"),
        ("双方今后不得再以任何理由向人民法院提起诉讼", "waives_remedy"),
        ("甲方不再申请劳动仲裁", "waives_remedy"),
        ("甲方自愿放弃申请工伤认定", "waives_remedy"),
        ("甲方放弃一切权利", "waives_remedy"),
        ("双方不能再因此事申请仲裁或者向法院起诉", "waives_remedy"),
    ],
)
def test_faults_of_a_clause(text: str, code: str) -> None:
    assert (code, "c5") in errors(with_clause(5, text))


@pytest.mark.parametrize(
    "text",
    [
        "双方不得以任何理由再向任何部门主张权利",
        "甲方今后不得上访、信访",
        "甲方保证不打官司",
        "甲方以后不去法院告",
        "不可向法院提起上诉",
    ],
)
def test_a_clause_that_may_bar_the_way_to_court_is_pointed_out(text: str) -> None:
    assert ("may_waive_remedy", "c5") in warnings(with_clause(5, text))
    assert errors(with_clause(5, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "本协议不限制甲方依法申请工伤认定的权利。",
        "甲方不放弃起诉的权利。",
        "让步不得在其后的仲裁、诉讼中作为对其不利的证据。",
        "乙方不得因甲方申请工伤认定而辞退甲方。",
        "一方不履行的，另一方可以向人民法院起诉。",
        "乙方放弃违约金。",
        "共计11.5万元（壹拾壹万伍仟元整）。",
        "人民币壹拾万零贰佰元零叁角整（小写：￥100,200.30）",
        "本协议一式叁份。",
        "第一期50,000.00元（伍万元整），第二期35,000.00元（叁万伍仟元整）",
        "先付50,000元整（伍万元整），35,000元整（叁万伍仟元整）月底付",
        "共115,000元整（壹拾壹万伍仟元整），RMB35,000（大写：叁万伍仟圆整）先付",
    ],
)
def test_lawful_clauses_pass(text: str) -> None:
    assert errors(with_clause(5, text)) == []
    assert ("may_waive_remedy", "c5") not in warnings(with_clause(5, text))


def test_words_in_the_facts_are_checked_too() -> None:
    draft = replace(DRAFT, facts_text="已付100元（贰佰元整）。")
    assert ("words_differ", "") in errors(draft)
    assert ("facts_missing", "") in warnings(replace(DRAFT, facts_text=""))


def test_clauses_are_numbered_without_gaps() -> None:
    clauses = (*DRAFT.clauses[:2], replace(DRAFT.clauses[2], number=4), *DRAFT.clauses[3:])
    assert ("clause_numbering", "c3") in errors(replace(DRAFT, clauses=clauses))


@pytest.mark.parametrize(
    ("text", "warns"),
    [
        ("五、任一期逾期", False),
        ("第六条 任一期逾期", True),
        ("5. 逾期", False),
        ("6、逾期", True),
        ("6.逾期", True),
        ("11.5万元由乙方付清", False),
    ],
)
def test_a_number_printed_in_the_text_must_be_the_clauses_own(text: str, *, warns: bool) -> None:
    found = ("clause_prints_other_number", "c5") in warnings(with_clause(5, text))
    assert found is warns


def test_an_ungraded_worker_must_say_what_he_knows() -> None:
    without = with_clause(4, "双方互不追究。")
    assert ("knowledge_clause_missing", "") in errors(without)
    for graded in (True, None):
        assert errors(replace(without, labour_graded=graded)) == []
    assert errors(replace(without, dispute_type="06")) == []


def test_the_packs_own_knowledge_clause_satisfies_the_lint() -> None:
    template = PACK.agreement.knowledge_clause
    assert template is not None
    text = template.fill(worker="甲方", until="2026年1月18日").zh
    assert errors(with_clause(4, text)) == []


def test_a_total_that_no_clause_prints_is_pointed_out() -> None:
    assert ("total_not_printed", "") in warnings(with_clause(1, "乙方赔偿甲方。"))


def test_an_item_needs_an_amount_and_a_name() -> None:
    items = (LintItem(ref="i1", name="", amount=0), *DRAFT.items[1:])
    draft = replace(DRAFT, items=items)
    assert ("item_amount_missing", "i1") in errors(draft)
    assert ("item_name_missing", "i1") in warnings(draft)


def test_an_unannounced_year_does_not_stop_the_lint() -> None:
    today = date(2031, 12, 20)
    draft = replace(
        DRAFT, payments=tuple(replace(p, due_on=date(2032, 6, 1)) for p in DRAFT.payments)
    )
    found = [f for f in look(draft, today) if f.code == LATE]
    assert found[0].facts["deadline"] == "2032-01-19"


def test_an_unknown_dispute_type_is_refused() -> None:
    with pytest.raises(UnknownCodeError):
        look(replace(DRAFT, dispute_type="77"))


def test_the_neutral_pack_reads_english() -> None:
    draft = LintInput(
        dispute_type="contract",
        parties=DRAFT.parties,
        clauses=(
            LintClause(ref="c1", number=1, text="B pays A within a week."),
            LintClause(ref="c2", number=2, text="A waives the right to sue B."),
        ),
        copies=3,
        facts_text="B owes A.",
    )
    found = lint(draft, pack_of("en_generic"), TODAY, HolidayCalendar(weekends_suffice=True))
    assert [(finding.code, finding.ref) for finding in found] == [("waives_remedy", "c2")]


@given(st.integers(0, MAX_FEN), st.integers(0, MAX_FEN), st.booleans())
def test_an_amount_printed_twice_is_read_as_a_pair(fen: int, other: int, first: bool) -> None:
    money, spelled = f"{figures(fen)}元", words(other)
    text = f"支付{money}（大写：{spelled}）。" if first else f"支付{spelled}（￥{money}）。"
    (pair,) = amount_pairs(text)
    assert (pair.fen, pair.words) == (fen, spelled)
    assert (("words_differ", "c5") in errors(with_clause(5, text))) is (fen != other)


def test_english_amounts_carry_no_words_to_check() -> None:
    pack, draft = pack_of("en_generic"), with_payment(words="fifty thousand")
    found = lint(replace(draft, dispute_type="contract"), pack, TODAY, pack.calendar)
    assert not [finding for finding in found if finding.code.startswith("words")]
