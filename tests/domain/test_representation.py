"""Who signs for a party, under every combination of capacity, power and term."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.case import (
    Authority,
    Capacity,
    Case,
    Party,
    PartyKind,
    Person,
    PersonRole,
    Side,
)
from server.domain.ids import CaseId, CommitteeId, PartyId, PersonId
from server.domain.jurisdiction.packs import pack_of
from server.domain.representation import in_term, may_sign, signer_of, signers

PACK = pack_of("zh_cn")
TODAY = date(2025, 3, 14)


def person(name: str, role: PersonRole, authority: Authority | None = None) -> Person:
    return Person(
        id=PersonId(name),
        party_id=PartyId("party"),
        role=role,
        name=name,
        mobile="19900000001",
        authority=authority,
    )


def power(*scopes: str, kind: str = "citizen", to: date | None = None) -> Authority:
    begin = date(2025, 1, 1)
    return Authority(kind=kind, scopes=frozenset(scopes), valid_from=begin, valid_to=to)


def case(party: Party, *people: Person) -> Case:
    return Case(
        id=CaseId("case"),
        committee_id=CommitteeId("committee"),
        case_no="1",
        dispute_type="02",
        sub_type="",
        source="applied",
        matter="",
        summary="",
        created_at=datetime(2025, 3, 1, tzinfo=UTC),
        accepted_on=date(2025, 3, 1),
        due_on=date(2025, 3, 31),
        parties=(party,),
        people=people,
    )


MAN = Party(id=PartyId("party"), side=Side.APPLICANT, kind=PartyKind.PERSON, name="甲")
FIRM = replace(MAN, kind=PartyKind.ORGANISATION, name="公司")
SELF = person("self", PersonRole.PARTY)
CHIEF = person("chief", PersonRole.LEGAL_REPRESENTATIVE)
AGENT = person("agent", PersonRole.AGENT, power("sign"))
MUTE = person("mute", PersonRole.AGENT, power("evidence", "concede"))
LATE = person("late", PersonRole.AGENT, power("sign", to=TODAY - timedelta(days=1)))
GUARDIAN = person("guardian", PersonRole.AGENT, power(kind="guardian"))
OVER = power(kind="guardian", to=TODAY - timedelta(days=1))
EXPIRED = person("expired", PersonRole.AGENT, OVER)
WIFE = person("wife", PersonRole.COMPANION)


@pytest.mark.parametrize(
    ("party", "people", "signer"),
    [
        (MAN, (SELF, AGENT, WIFE), SELF),
        (FIRM, (CHIEF, AGENT), CHIEF),
        (FIRM, (replace(CHIEF, mobile=""), AGENT), AGENT),
        (FIRM, (MUTE, LATE), None),
        (FIRM, (MUTE, AGENT), AGENT),
        (replace(MAN, capacity=Capacity.LIMITED), (SELF, GUARDIAN), GUARDIAN),
        (replace(MAN, capacity=Capacity.LIMITED), (SELF, AGENT, GUARDIAN), GUARDIAN),
        (replace(MAN, capacity=Capacity.LIMITED), (SELF, AGENT), None),
        (replace(MAN, capacity=Capacity.LIMITED), (SELF, AGENT, EXPIRED), None),
        (replace(MAN, capacity=Capacity.NONE), (SELF, WIFE), None),
        (replace(MAN, capacity=Capacity.DOUBTFUL), (SELF, GUARDIAN, AGENT), None),
    ],
    ids=range(11),
)
def test_one_person_signs_for_a_party_or_nobody(
    party: Party, people: tuple[Person, ...], signer: Person | None
) -> None:
    found = case(party, *people)
    assert signer_of(found, party, PACK, TODAY) == signer
    assert signers(found, PACK, TODAY) == ((signer,) if signer else ())


PEOPLE = st.lists(
    st.sampled_from((SELF, CHIEF, AGENT, MUTE, LATE, GUARDIAN, WIFE)), unique=True, max_size=7
)


@given(people=PEOPLE, capacity=st.sampled_from(Capacity), kind=st.sampled_from(PartyKind))
def test_a_signer_may_sign_and_is_never_companion_or_past_his_term(
    people: list[Person], capacity: Capacity, kind: PartyKind
) -> None:
    party = replace(MAN, capacity=capacity, kind=kind)
    found = case(party, *people)
    signer = signer_of(found, party, PACK, TODAY)
    if signer is None:
        return
    assert may_sign(found, signer, PACK, TODAY)
    assert signer not in {WIFE, LATE, MUTE}
    assert capacity is not Capacity.DOUBTFUL


@given(days=st.integers(-400, 400))
def test_a_term_holds_from_its_first_to_its_last_day(days: int) -> None:
    held = power("sign", to=date(2025, 6, 30))
    day = TODAY + timedelta(days=days)
    assert in_term(held, day) == (date(2025, 1, 1) <= day <= date(2025, 6, 30))
