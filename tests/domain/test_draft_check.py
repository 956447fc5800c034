"""What a draft lacks says how it may be written, where the law's pack knows the words."""

from dataclasses import replace
from datetime import date

from server.domain.agreement import Agreement, Clause
from server.domain.case import Case, LabourFacts
from server.domain.draft_check import findings, lint_input
from server.domain.ids import AgreementId, ClauseId
from server.domain.jurisdiction.zh_cn.holidays import CALENDAR
from tests.support.builders import CASE, COMMITTEE, PACK, SESSION, a_case

TODAY = date(2025, 3, 14)
MISSING = "knowledge_clause_missing"


def injured() -> Case:
    return replace(a_case(), dispute_type="10b", labour=LabourFacts(injured_on=date(2025, 1, 18)))


def draft(*clauses: str) -> Agreement:
    return Agreement(
        id=AgreementId("a"),
        case_id=CASE,
        committee_id=COMMITTEE,
        session_id=SESSION,
        clauses=tuple(Clause(id=ClauseId(str(n)), text=text) for n, text in enumerate(clauses)),
    )


def suggested(case: Case, *clauses: str) -> list[str | int]:
    found = findings(draft(*clauses), case, PACK, TODAY, CALENDAR)
    return [one.facts["wording"] for one in found if one.code == MISSING]


def test_the_clause_an_injured_worker_lacks_is_suggested_and_passes() -> None:
    (wording,) = suggested(injured(), "双方互不追究。")
    assert "2026 年 1 月 18 日" in str(wording)
    assert str(wording).startswith(injured().parties[0].label)
    assert suggested(injured(), str(wording)) == []


def test_none_is_suggested_where_nobody_was_injured() -> None:
    assert lint_input(draft(), replace(injured(), labour=None), PACK).knowledge_clause == ""
