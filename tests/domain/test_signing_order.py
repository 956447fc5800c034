"""Parties, mediator, recorder, seal: in this order, over one text that never changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.domain.agreement import (
    Agreement,
    AgreementState,
    Clause,
    Expected,
    Locked,
    Refusal,
    Seal,
    Signature,
    lock,
    reopen,
    revise,
)
from server.domain.errors import (
    DomainError,
    ForbiddenError,
    MissingStepsError,
    WrongStateError,
)
from server.domain.ids import (
    AgreementId,
    CaseId,
    ClauseId,
    CommitteeId,
    FileId,
    PartyId,
    PersonId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.sealing import begun, effective_on, finished, waits
from server.domain.signing_order import (
    blocked,
    expect_seal_line,
    outstanding,
    refused,
    scanned,
    signed,
)

AT = datetime(2025, 3, 14, 3, 35, tzinfo=UTC)
LINES = (
    Expected(signer="chen", name="陈水根", role="party", label="甲方", party_id=PartyId("a")),
    Expected(
        signer="lin",
        name="林启航",
        role="agent",
        label="乙方",
        party_id=PartyId("b"),
        seal_scan=True,
    ),
    Expected(signer="su", name="苏慧珍", role="mediator"),
    Expected(signer="jiang", name="江一帆", role="recorder"),
)
SIGNERS = tuple(line.signer for line in LINES)


def draft() -> Agreement:
    return Agreement(
        id=AgreementId("agreement"),
        case_id=CaseId("case"),
        committee_id=CommitteeId("committee"),
        session_id=SessionId("session"),
        clauses=(Clause(id=ClauseId("one"), text="一"),),
    )


def locked_text(version: int = 1, text: str = "一") -> Locked:
    return Locked(
        version=version,
        digest=f"digest {version} {text}",
        pdf=FileId(f"pdf {version}"),
        pdf_sha256=f"sha {version} {text}",
        document=FileId(f"document {version}"),
        pages=3,
        at=AT,
        by=StaffId("su"),
        signers=LINES,
    )


def signature(signer: str, at: datetime = AT, scan: str | None = None) -> Signature:
    line = next((line for line in LINES if line.signer == signer), LINES[0])
    return Signature(
        signer=signer,
        role=line.role,
        on_behalf_of=line.party_id,
        statement="{}",
        signature="",
        public_key="",
        key_control="browser",
        at=at,
        seal_scan=FileId(scan) if scan else None,
    )


def seal(at: datetime = AT) -> Seal:
    return Seal(
        by=StaffId("he"),
        at=at,
        number="湖禾人调字〔2025〕第001号",
        effective_on=at.date(),
        confirmation_deadline=None,
        record_id=RecordId("record"),
    )


def by(*signers: str) -> Agreement:
    text = lock(draft(), locked_text())
    for signer in signers:
        text = signed(text, signature(signer, scan="scan" if signer == "lin" else None))
    return text


def test_parties_sign_in_any_order_then_mediator_then_recorder() -> None:
    for first, second in (("chen", "lin"), ("lin", "chen")):
        text = by(first, second, "su", "jiang")
        assert text.state is AgreementState.SIGNED
        assert outstanding(text) == ()


def test_nobody_signs_before_his_turn() -> None:
    for early, first in ((("chen",), "parties"), (("chen", "lin"), "mediator")):
        text = by(*early)
        with pytest.raises(MissingStepsError) as refusal:
            signed(text, signature("jiang"))
        assert refusal.value.facts["missing"] == [first]
        assert blocked(text, "jiang") == first
    with pytest.raises(MissingStepsError):
        signed(by("lin"), signature("su"))


def test_the_mediator_waits_for_the_seal_of_the_company_an_agent_signs_for() -> None:
    text = signed(by("chen"), signature("lin"))
    assert blocked(text, "su") == "seal_scan"
    after = scanned(text, "lin", FileId("scan"))
    assert blocked(after, "su") is None
    assert signed(after, signature("su")).signature_of("su") is not None


def test_a_scan_belongs_to_a_signature_given_for_an_organisation() -> None:
    with pytest.raises(WrongStateError):
        scanned(by("chen"), "lin", FileId("scan"))
    for stranger in ("chen", "su", "nobody"):
        with pytest.raises(ForbiddenError):
            scanned(by("chen", "lin"), stranger, FileId("scan"))


def test_a_seal_belongs_to_an_organisation_whoever_signs_for_a_person() -> None:
    def as_role(role: str) -> Agreement:
        line = Expected(signer="liu", name="刘", role=role, label="甲方", party_id=PartyId("a"))
        return replace(draft(), locked=replace(locked_text(), signers=(line,)))

    expect_seal_line(as_role("legal_representative"), "liu")
    for role in ("party", "guardian", "agent"):
        with pytest.raises(ForbiddenError):
            expect_seal_line(as_role(role), "liu")


def test_a_scan_is_not_exchanged_after_the_mediator_has_seen_it() -> None:
    assert scanned(by("chen", "lin"), "lin", FileId("better")).signatures[1].seal_scan == "better"
    with pytest.raises(WrongStateError):
        scanned(by("chen", "lin", "su"), "lin", FileId("other"))


def test_a_signature_counts_once_and_a_stranger_has_no_line() -> None:
    with pytest.raises(WrongStateError):
        signed(by("chen"), signature("chen"))
    with pytest.raises(ForbiddenError):
        signed(by(), signature("stranger"))
    with pytest.raises(WrongStateError):
        signed(draft(), signature("chen"))


def test_refusing_stops_nothing_but_the_signature_and_may_be_taken_back() -> None:
    text = refused(by("lin"), PersonId("chen"), "再想想")
    assert (text.refusals, text.state) == (
        (Refusal(PersonId("chen"), "再想想"),),
        AgreementState.LOCKED,
    )
    assert text.signature_of("lin") is not None
    after = signed(text, signature("chen"))
    assert after.refusals == ()
    with pytest.raises(WrongStateError):
        refused(after, PersonId("chen"), "晚了")


def test_all_who_refuse_are_known_each_by_his_last_words() -> None:
    text = refused(by(), PersonId("chen"), "再想想")
    text = refused(text, PersonId("lin"), "不同意第三条")
    assert refused(text, PersonId("chen"), "再想想") == text
    text = refused(text, PersonId("chen"), "不签")
    assert {one.person: one.reason for one in text.refusals} == {
        "lin": "不同意第三条",
        "chen": "不签",
    }
    after = signed(text, signature("chen"))
    assert [one.person for one in after.refusals] == ["lin"]
    assert (after.refuses("lin"), after.refuses("chen")) == (True, False)


def locked_before(text: Agreement) -> Agreement:
    """Return it as the release before each person signed the PDF itself kept it."""
    assert text.locked is not None
    return replace(text, locked=replace(text.locked, certified=False))


def test_what_an_earlier_release_locked_is_locked_again_before_it_is_signed_or_sealed() -> None:
    with pytest.raises(WrongStateError) as unsigned:
        signed(locked_before(by("lin")), signature("chen"))
    with pytest.raises(WrongStateError) as unsealed:
        begun(locked_before(by(*SIGNERS)), seal())
    assert {one.value.facts["state"] for one in (unsigned, unsealed)} == {"locked_before"}
    again = lock(reopen(locked_before(by(*SIGNERS))), locked_text(2))
    assert signed(again, signature("chen")).signature_of("chen") is not None


def test_the_seal_comes_after_everybody_and_never_before_a_signature() -> None:
    with pytest.raises(WrongStateError):
        begun(by("chen", "lin", "su"), seal())
    with pytest.raises(WrongStateError) as behind:
        begun(by(*SIGNERS), seal(AT - timedelta(seconds=1)))
    assert behind.value.facts["state"] == "clock_behind"
    text = begun(by(*SIGNERS), seal())
    assert waits(text)
    with pytest.raises(WrongStateError):
        begun(text, seal())
    with pytest.raises(WrongStateError):
        reopen(text)
    done = finished(text)
    assert (done.state, done.seal) == (AgreementState.SEALED, seal())
    assert not waits(done)


@given(st.lists(st.integers(0, 10 * 24 * 60), min_size=5, max_size=5))
def test_the_day_of_effect_is_the_last_of_signatures_and_seal(minutes: list[int]) -> None:
    moments = [AT + timedelta(minutes=m) for m in minutes]
    text = by(*SIGNERS)
    pairs = zip(text.signatures, moments[:4], strict=True)
    text = replace(text, signatures=tuple(replace(s, at=at) for s, at in pairs))

    def day(at: datetime) -> date:
        return (at + timedelta(hours=8)).date()

    assert effective_on(text, moments[4], day) == day(max(moments))


class LockedTextMachine(RuleBasedStateMachine):
    """Whatever is tried in whatever order, a locked text stays what it was."""

    def __init__(self) -> None:
        super().__init__()
        self.text = draft()
        self.known: dict[int, Locked] = {}

    @rule(text=st.sampled_from("一二三"), late=st.booleans())
    def write(self, text: str, late: bool) -> None:
        new = replace(self.text, clauses=(Clause(id=ClauseId("one"), text=text),))
        try:
            self.text = revise(self.text, new, expected=self.text.revision - late)
        except DomainError:
            assert late or self.text.state is not AgreementState.DRAFTING

    @rule()
    @precondition(lambda self: self.text.state is AgreementState.DRAFTING)
    def freeze(self) -> None:
        frozen = locked_text(self.text.text_version, self.text.clauses[0].text)
        self.text = lock(self.text, frozen)
        assert self.text.text_version not in self.known
        self.known[self.text.text_version] = frozen

    @rule(signer=st.sampled_from((*SIGNERS, "stranger")))
    def sign(self, signer: str) -> None:
        before = self.text
        try:
            self.text = signed(before, signature(signer, scan="scan"))
        except DomainError:
            assert self.text is before

    @rule(signer=st.sampled_from(SIGNERS))
    def refuse(self, signer: str) -> None:
        try:
            self.text = refused(self.text, PersonId(signer), "")
        except DomainError:
            return

    @rule()
    def open_again(self) -> None:
        before = self.text
        try:
            self.text = reopen(before)
        except WrongStateError:
            assert before.state in {AgreementState.DRAFTING, AgreementState.SEALED} or waits(before)
            return
        assert self.text.signatures == ()
        assert self.text.locked is None
        assert self.text.text_version == before.text_version + 1

    @rule()
    def apply_seal(self) -> None:
        try:
            self.text = begun(self.text, seal())
        except WrongStateError:
            return

    @rule()
    def finish_seal(self) -> None:
        try:
            self.text = finished(self.text)
        except WrongStateError:
            return

    @invariant()
    def the_locked_text_is_the_one_that_was_locked(self) -> None:
        if self.text.locked is not None:
            known = replace(self.known[self.text.text_version], certified=True)
            assert self.text.locked == known
            assert self.text.clauses[0].text in self.text.locked.digest

    @invariant()
    def nothing_is_signed_but_a_locked_text_in_legal_order(self) -> None:
        given = [s.signer for s in self.text.signatures]
        assert not given or self.text.locked is not None
        assert len(set(given)) == len(given)
        parties = [g for g in given if g in SIGNERS[:2]]
        assert given == [*parties, *[g for g in SIGNERS[2:] if g in given]]
        if "su" in given:
            assert len(parties) == 2

    @invariant()
    def a_seal_stands_on_everybodys_signature(self) -> None:
        if self.text.sealing is not None:
            assert {s.signer for s in self.text.signatures} == set(SIGNERS)


TestLockedText = LockedTextMachine.TestCase
