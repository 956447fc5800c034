"""Two people seal: whatever order things come in, no seal is one person's and none is stale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.domain.agreement import Agreement, AgreementState, Seal, reopen
from server.domain.errors import DomainError, WrongStateError
from server.domain.ids import RecordId, StaffId
from server.domain.release import (
    RELEASED_FOR,
    NotReleasedError,
    ends,
    expect_released,
    in_force,
    released,
    takes_two,
    withdrawn,
)
from server.domain.sealing import begun
from server.domain.sealing_rule import (
    STEPS,
    RuleStep,
    SamePersonError,
    SealingRule,
)
from server.domain.signing_route import Attestation
from tests.domain.test_signing_order import AT, draft, locked_text

SU, JIANG, HE = StaffId("su"), StaffId("jiang"), StaffId("he")
PEOPLE = st.sampled_from([SU, JIANG, HE])


def signed_text(*, two: bool = True, version: int = 1) -> Agreement:
    """Return a text that nobody has still to sign."""
    locked = replace(locked_text(version), signers=(), certified=True, two_to_seal=two)
    return replace(draft(), state=AgreementState.SIGNED, text_version=version, locked=locked)


def released_by(who: StaffId, at: datetime = AT, version: int = 1) -> Attestation:
    return Attestation(
        by=who,
        purpose="release_seal",
        signers=(),
        statement=f"{who} releases version {version} at {at}",
        signature="",
        public_key="",
        at=at,
    )


def a_seal(by: StaffId, at: datetime, *approvals: Attestation) -> Seal:
    return Seal(
        by=by,
        at=at,
        number="1",
        effective_on=at.date(),
        confirmation_deadline=None,
        record_id=RecordId("record"),
        approvals=approvals,
    )


def test_a_release_is_another_persons_and_lasts_three_days() -> None:
    text = released(signed_text(), released_by(SU), AT)
    assert expect_released(text, HE, AT).by == SU
    with pytest.raises(SamePersonError):
        expect_released(text, SU, AT)
    with pytest.raises(NotReleasedError) as ended:
        expect_released(text, HE, AT + RELEASED_FOR)
    assert ended.value.facts == {"expired": True}
    assert ends(released_by(SU)) - AT == timedelta(days=3)
    again = released(text, released_by(JIANG, AT + RELEASED_FOR), AT + RELEASED_FOR)
    assert expect_released(again, HE, AT + RELEASED_FOR).by == JIANG


def test_nothing_is_released_twice_too_early_or_where_one_person_seals() -> None:
    text = released(signed_text(), released_by(SU), AT)
    with pytest.raises(WrongStateError, match="wrong_state") as twice:
        released(text, released_by(JIANG), AT)
    assert twice.value.facts == {"state": "released"}
    with pytest.raises(WrongStateError):
        released(signed_text(two=False), released_by(SU), AT)
    with pytest.raises(WrongStateError):
        released(replace(signed_text(), state=AgreementState.LOCKED), released_by(SU), AT)
    with pytest.raises(WrongStateError):
        released(begun(text, a_seal(HE, AT)), released_by(JIANG), AT)


def test_opening_the_text_or_taking_it_back_ends_a_release() -> None:
    text = released(signed_text(), released_by(SU), AT)
    assert reopen(text).release is None
    with pytest.raises(NotReleasedError):
        expect_released(withdrawn(text), HE, AT)
    with pytest.raises(WrongStateError):
        withdrawn(withdrawn(text))
    with pytest.raises(WrongStateError):
        withdrawn(begun(text, a_seal(HE, AT)))


def test_a_clock_put_back_seals_nothing_before_its_release() -> None:
    text = released(signed_text(), released_by(SU), AT)
    with pytest.raises(WrongStateError):
        expect_released(text, HE, AT - timedelta(minutes=1))


ONE = SealingRule()
TWO = STEPS[RuleStep.TO_TWO](ONE, SU, AT)
ASKED = STEPS[RuleStep.BACK_ASKED](TWO, SU, AT)


@pytest.mark.parametrize(
    ("asked", "step", "state"),
    [
        (TWO, RuleStep.TO_TWO, "two_already"),
        (ASKED, RuleStep.TO_TWO, "two_already"),
        (ONE, RuleStep.BACK_ASKED, "one_already"),
        (ASKED, RuleStep.BACK_ASKED, "back_asked"),
        (ONE, RuleStep.BACK_DROPPED, "back_not_asked"),
        (TWO, RuleStep.BACK_DROPPED, "back_not_asked"),
        (ONE, RuleStep.TO_ONE, "back_not_asked"),
        (TWO, RuleStep.TO_ONE, "back_not_asked"),
    ],
)
def test_a_step_that_does_not_fit_the_rule_is_refused(
    asked: SealingRule, step: RuleStep, state: str
) -> None:
    with pytest.raises(WrongStateError) as refused:
        STEPS[step](asked, HE, AT)
    assert refused.value.facts == {"state": state}


class TwoPeople(RuleBasedStateMachine):
    """Anybody tries anything at any time; what cannot be is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2025, 3, 14, 4, 0, tzinfo=UTC)
        self.rule = SealingRule()
        self.text = draft()
        self.version = 0
        self.asked_back: set[StaffId] = set()

    @rule(hours=st.integers(1, 50))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=PEOPLE, step=st.sampled_from(RuleStep))
    def somebody_takes_a_step_with_the_rule(self, who: StaffId, step: RuleStep) -> None:
        before = self.rule
        try:
            self.rule = STEPS[step](self.rule, who, self.now)
        except DomainError:
            return
        if before.two and not self.rule.two:
            assert before.back is not None
            assert {before.back.by, who} == set(self.rule.by)
            assert before.back.by != who

    @rule()
    def a_text_is_locked_and_signed(self) -> None:
        if self.text.sealing is None:
            self.version += 1
            self.text = signed_text(two=self.rule.two, version=self.version)

    @rule()
    def the_text_is_opened(self) -> None:
        if self.text.state is AgreementState.SIGNED and self.text.sealing is None:
            self.text = reopen(self.text)

    @rule(who=PEOPLE)
    def somebody_releases(self, who: StaffId) -> None:
        made = released_by(who, self.now, self.version)
        try:
            self.text = released(self.text, made, self.now)
        except DomainError:
            return

    @rule()
    def a_release_is_taken_back(self) -> None:
        if self.text.release is not None and self.text.sealing is None:
            self.text = withdrawn(self.text)

    @rule(who=PEOPLE)
    def somebody_seals(self, who: StaffId) -> None:
        try:
            first = expect_released(self.text, who, self.now) if takes_two(self.text) else None
            both = (first, released_by(who, self.now, self.version)) if first else ()
            self.text = begun(self.text, a_seal(who, self.now, *both))
        except DomainError:
            return

    @invariant()
    def a_text_locked_for_two_is_sealed_by_two_in_time(self) -> None:
        seal = self.text.sealing
        if seal is None or not takes_two(self.text):
            return
        first, second = seal.approvals
        assert first.by != second.by == seal.by
        assert first.at <= seal.at < ends(first)
        assert f"version {self.text.text_version} " in first.statement

    @invariant()
    def no_release_outlives_its_text(self) -> None:
        release = in_force(self.text, self.now)
        if release is not None:
            assert f"version {self.text.text_version} " in release.statement


TestTwoPeople = TwoPeople.TestCase
