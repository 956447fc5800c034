"""A child's consents are given by who represents him by law; his own answer is a wish."""

from dataclasses import replace
from datetime import date

import pytest

from server.domain import conduct, owed, recording
from server.domain.case import Authority, Capacity, Case, Person, PersonRole
from server.domain.conduct import Facts, Step
from server.domain.errors import MissingStepsError
from server.domain.ids import PartyId, PersonId, SeatId
from server.domain.representation import signer_of
from server.domain.session import Consent, Session
from server.domain.wards import NO_WARDS, answers_for, consented, decided, wards_of, wish
from tests.support.builders import AGENT, NOW, PACK, WORKER, a_case, a_session, facts, prepared

MOTHER, FATHER = PersonId("mother"), PersonId("father")
TODAY = date(2025, 3, 14)
GUARDIAN = Authority(kind="guardian", scopes=frozenset(), valid_from=date(2025, 1, 1))
BORN = {"thirteen": date(2012, 1, 1), "fifteen": date(2009, 3, 15), "sixteen": date(2009, 3, 14)}


def parent(person: PersonId) -> Person:
    party = PartyId("p1")
    return Person(id=person, party_id=party, role=PersonRole.AGENT, name=person, authority=GUARDIAN)


def family(*parents: PersonId, capacity: Capacity = Capacity.LIMITED) -> Case:
    """Return the example with the worker as a ward of these parents."""
    case = a_case()
    ward, company = case.parties
    people = (*case.people, *(parent(one) for one in parents))
    return replace(case, parties=(replace(ward, capacity=capacity), company), people=people)


def at(case: Case) -> Facts:
    return replace(facts(), case=case)


def say(session: Session, case: Case, person: PersonId, scope: str, *, agreed: bool) -> Step:
    given = Consent(person_id=person, scope=scope, agreed=agreed, text_version="v", at=NOW)
    return conduct.consent(given)(session, at(case))


def sitting(case: Case) -> Session:
    return prepared(conduct.expect_people(a_session(), case))


@pytest.mark.parametrize(
    ("capacity", "born", "ward"),
    [
        (Capacity.FULL, None, False),
        (Capacity.FULL, "sixteen", False),
        (Capacity.FULL, "fifteen", True),
        (Capacity.FULL, "thirteen", True),
        (Capacity.LIMITED, None, True),
        (Capacity.NONE, None, True),
        (Capacity.DOUBTFUL, None, False),
    ],
)
def test_who_is_answered_for(capacity: Capacity, born: str | None, *, ward: bool) -> None:
    case = family(MOTHER, capacity=capacity)
    himself = replace(case.person(WORKER), birth=BORN[born] if born else None)
    case = replace(case, people=(himself, *case.people[1:]))
    assert wards_of(case, PACK, TODAY) == ({WORKER: (MOTHER,)} if ward else {})
    signer = signer_of(case, case.parties[0], PACK, TODAY)
    assert (signer and signer.id) == (
        None if capacity is Capacity.DOUBTFUL else MOTHER if ward else WORKER
    )


def test_whose_guardianship_has_ended_answers_for_nobody() -> None:
    over = replace(GUARDIAN, valid_to=date(2025, 3, 13))
    case = family(MOTHER)
    people = tuple(replace(p, authority=over) if p.id == MOTHER else p for p in case.people)
    assert wards_of(replace(case, people=people), PACK, TODAY) == {WORKER: ()}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({}, None),
        ({WORKER: True}, None),
        ({MOTHER: True, WORKER: False}, True),
        ({MOTHER: True, FATHER: False}, False),
        ({FATHER: False, WORKER: True}, False),
    ],
)
def test_the_parents_answer_counts_and_the_childs_is_his_wish(
    said: dict[PersonId, bool], *, counts: bool | None
) -> None:
    case, session = family(MOTHER, FATHER), a_session()
    for person, agreed in said.items():
        session = say(session, case, person, "preservation", agreed=agreed).session
    wards = wards_of(case, PACK, TODAY)
    assert decided(session, WORKER, "preservation", wards) is counts
    assert wish(session, WORKER, "preservation", wards) is said.get(WORKER)
    assert wish(session, MOTHER, "preservation", wards) is None
    assert answers_for(MOTHER, wards) == (WORKER,)


def test_what_was_said_as_a_wish_is_no_consent_once_he_answers_for_himself() -> None:
    case = family(MOTHER)
    session = say(a_session(), case, WORKER, "preservation", agreed=True).session
    assert decided(session, WORKER, "preservation", NO_WARDS) is None
    assert consented(session, NO_WARDS) == ()
    grown = a_case()
    session = say(session, grown, WORKER, "preservation", agreed=True).session
    assert decided(session, WORKER, "preservation", NO_WARDS) is True


def test_a_child_is_let_in_once_a_parent_has_agreed_whatever_it_said() -> None:
    case = family(MOTHER)
    before = sitting(case)
    admit = conduct.admit(SeatId(WORKER))
    with pytest.raises(MissingStepsError) as missing:
        admit(before, at(case))
    assert missing.value.facts["missing"] == ["guardian_consent"]
    agreed = say(before, case, MOTHER, owed.ONLINE, agreed=True).session
    against = say(agreed, case, WORKER, owed.ONLINE, agreed=False)
    assert against.session.participant(SeatId(WORKER)).admitted
    assert admit(against.session, at(case)).logged
    assert [what.kind for what in against.logged] == ["consent.wish_against"]


def test_a_parent_who_takes_it_back_takes_the_child_out() -> None:
    case = family(MOTHER)
    agreed = say(sitting(case), case, MOTHER, owed.ONLINE, agreed=True).session
    admitted = conduct.admit(SeatId(WORKER))(agreed, at(case)).session
    back = say(admitted, case, MOTHER, owed.ONLINE, agreed=False)
    assert not back.session.participant(SeatId(WORKER)).admitted
    assert back.session.participant(SeatId(AGENT)).admitted
    assert [what.kind for what in back.logged] == ["consent.withdrawn"]


@pytest.mark.parametrize(
    ("mother", "child", "owes"),
    [(True, None, False), (True, True, False), (None, True, True), (True, False, True)],
)
def test_a_child_is_recorded_if_a_parent_agrees_and_it_does_not_object(
    mother: bool | None, child: bool | None, *, owes: bool
) -> None:
    case = family(MOTHER)
    session = sitting(case)
    for person, said in ((MOTHER, mother), (WORKER, child)):
        if said is not None:
            session = say(session, case, person, recording.SCOPE, agreed=said).session
    found = recording.missing(session, case, wards_of(case, PACK, TODAY))
    assert (f"consent:{WORKER}" in found) is owes


def test_a_child_is_asked_for_nothing_that_signing_needs() -> None:
    case = family(MOTHER)
    wards, every = wards_of(case, PACK, TODAY), PACK.consent_scopes
    for_child = owed.asked_of(case.person(WORKER), every, wards)
    assert set(every) - set(for_child) == {"e_signature", "e_delivery"}
    assert owed.asked_of(case.person(MOTHER), every, wards) == every


def test_what_follows_from_a_childs_answer_is_that_it_is_heard() -> None:
    asked = PACK.asked(owed.ONLINE, ward=True)
    assert not asked.refusal_ends_online
    assert asked.on_refuse == PACK.notices.wish_against
    assert asked.terms == PACK.consent(owed.ONLINE).terms
