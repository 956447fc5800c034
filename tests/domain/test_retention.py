"""How long files are kept: the nearest rule wins, the committee's before the suggestion."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.custody import is_due
from server.domain.errors import InvalidValueError
from server.domain.jurisdiction.packs import pack_of
from server.domain.retention import (
    Keeping,
    due_kinds,
    expect_rules,
    keeping_of,
    kept_until,
    kinds_of,
    suggested,
)

PACK = pack_of("zh_cn")
OWN = (Keeping(dispute_type="10", years=15, basis="调委会2025年第3次会议"),)


def years(kind: str, *own: Keeping) -> int | None:
    return keeping_of(kinds_of(kind, PACK), own, PACK).years


@pytest.mark.parametrize(
    ("kind", "kept"), [("04", 10), ("10", 30), ("10a", 30), ("14", 30), ("07", None), ("99", 10)]
)
def test_suggestions_by_kind_and_its_heading(kind: str, kept: int | None) -> None:
    assert years(kind) == kept


def test_the_committees_rule_goes_before_the_suggestion() -> None:
    assert years("10a", *OWN) == 15
    assert years("10a", *OWN, Keeping(dispute_type="10a", years=None, basis="会议")) is None
    assert years("04", *OWN) == 10
    assert years("04", Keeping(dispute_type="", years=60, basis="会议")) == 60


@pytest.mark.parametrize("code", ["zh_cn", "en_generic"])
def test_every_pack_has_a_rule_for_any_case_and_names_its_reason(code: str) -> None:
    rules = suggested(pack_of(code))
    assert [rule for rule in rules if rule.dispute_type == ""]
    assert all(rule.basis for rule in rules)
    expect_rules(rules, pack_of(code))


def test_years_are_counted_from_the_next_one() -> None:
    ten = Keeping(dispute_type="", years=10, basis="x")
    assert kept_until(ten, date(2025, 1, 1)) == date(2036, 1, 1)
    assert kept_until(ten, date(2025, 12, 31)) == date(2036, 1, 1)
    assert kept_until(replace(ten, years=None), date(2025, 3, 10)) is None


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ((replace(OWN[0], dispute_type="77"),), "no_such_type"),
        ((*OWN, *OWN), "twice"),
        ((replace(OWN[0], years=0),), "years"),
        ((replace(OWN[0], years=101),), "years"),
        ((replace(OWN[0], basis=" "),), "no_basis"),
    ],
)
def test_rules_that_hold_nothing_are_refused(rules: tuple[Keeping, ...], reason: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        expect_rules(rules, PACK)
    assert refused.value.facts["reason"] == reason


@given(
    st.dictionaries(st.sampled_from(["", "04", "10", "10a"]), st.none() | st.integers(1, 100)),
    st.dates(date(2126, 1, 1), date(2300, 1, 1)),
    st.sampled_from([kind.code for kind in PACK.dispute_types]),
    st.integers(-1, 1),
)
def test_the_list_asks_for_exactly_what_is_due(
    kept: dict[str, int | None], today: date, kind: str, off: int
) -> None:
    own = [Keeping(dispute_type=one, years=years, basis="会议") for one, years in kept.items()]
    rule = keeping_of(kinds_of(kind, PACK), own, PACK)
    found = [one for one in due_kinds(own, PACK, today) if kind in one.dispute_types]
    assert len(found) == (rule.years is not None)
    for one in found:
        closed = one.closed_before + timedelta(days=off)
        assert is_due(kept_until(rule, closed), today) == (closed < one.closed_before)
