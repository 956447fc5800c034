"""What the desk is told about the people: unidentified, under age, on two sides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

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
from server.domain.party_check import party_findings

PACK = pack_of("zh_cn")
TODAY = date(2025, 3, 14)
ADULT, CHILD = date(1979, 4, 12), date(2008, 6, 1)


def person(name: str, party: Party, role: PersonRole = PersonRole.PARTY, **told: object) -> Person:
    found = Person(
        id=PersonId(name),
        party_id=party.id,
        role=role,
        name=name,
        mobile=f"1990000{len(name):04}",
        id_no=name,
        birth=ADULT,
    )
    return replace(found, **told)  # type: ignore[arg-type]  # a test names real fields


def party(name: str, side: Side, **told: object) -> Party:
    found = Party(
        id=PartyId(name),
        side=side,
        kind=PartyKind.PERSON,
        name=name,
        label=name,
        address="禾溪大道 100 号",
    )
    return replace(found, **told)  # type: ignore[arg-type]  # a test names real fields


def power(kind: str = "citizen") -> Authority:
    return Authority(kind=kind, scopes=frozenset({"sign"}), valid_from=date(2025, 1, 1))


def case(parties: tuple[Party, ...], *people: Person) -> Case:
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
        parties=parties,
        people=people,
    )


A = party("甲", Side.APPLICANT)
B = party("乙方公司", Side.RESPONDENT)
FIRM = replace(B, kind=PartyKind.ORGANISATION, uscc="91350299MA0DEMX13U")
OWN_A, OWN_B = person("甲", A), person("乙方公司", B)


def found(case: Case) -> list[tuple[str, str, str]]:
    def told() -> Iterator[tuple[str, str, str]]:
        for one in party_findings(case, PACK, TODAY):
            yield one.code, one.level.value, one.ref

    return list(told())


def test_two_known_grown_ups_are_nothing_to_tell() -> None:
    assert found(case((A, B), OWN_A, OWN_B)) == []


@pytest.mark.parametrize(
    ("changed", "own", "codes"),
    [
        (A, {"id_no": "", "birth": None}, ["party_number_missing", "party_age_unknown"]),
        (replace(A, address=""), {}, ["party_address_missing"]),
        (A, {"id_kind": "passport", "birth": None}, ["party_age_unknown"]),
        (A, {"birth": CHILD}, ["party_under_age"]),
        (A, {"birth": date(2007, 3, 14)}, []),
        (replace(A, capacity=Capacity.LIMITED), {"birth": CHILD}, []),
    ],
)
def test_who_a_party_is_and_how_old(
    changed: Party, own: dict[str, object], codes: list[str]
) -> None:
    himself = replace(OWN_A, **own)  # type: ignore[arg-type]  # a test names real fields
    assert [code for code, level, ref in found(case((changed, B), himself, OWN_B))] == codes


def test_a_company_is_known_by_its_code() -> None:
    agent = person("林启航", FIRM, PersonRole.AGENT, authority=power())
    assert found(case((A, FIRM), OWN_A, agent)) == []
    nameless = replace(FIRM, uscc="")
    assert found(case((A, nameless), OWN_A, agent)) == [
        ("party_number_missing", "warning", nameless.id)
    ]


def test_nobody_signs_for_both_sides() -> None:
    agents = [
        person(name, side, PersonRole.AGENT, authority=power(), id_no="同一人")
        for name, side in (("代理一", replace(FIRM, id=PartyId("x"))), ("代理二", FIRM))
    ]
    other = replace(FIRM, id=PartyId("x"), side=Side.APPLICANT)
    assert found(case((other, FIRM), *agents)) == [("acts_on_two_sides", "error", "代理二")]


def test_a_guardian_is_not_the_other_side() -> None:
    child = replace(A, capacity=Capacity.LIMITED)
    father = person("父亲", A, PersonRole.AGENT, authority=power("guardian"), id_no="乙方公司")
    told = found(case((child, B), replace(OWN_A, birth=CHILD), father, OWN_B))
    assert told == [("acts_on_two_sides", "error", OWN_B.id)]


def test_who_signs_on_one_side_alone_is_doubtful_on_the_other() -> None:
    lawyer = person("律师", A, PersonRole.AGENT, authority=power(), id_no="乙方公司")
    assert found(case((A, B), OWN_A, lawyer, OWN_B)) == [("acts_on_two_sides", "warning", OWN_B.id)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"id_no": "1"}, {"id_no": "2"}, False),
        ({"id_no": ""}, {"id_no": "2"}, False),
        ({"id_no": "", "name": "王", "mobile": "1"}, {"name": "王", "mobile": "1"}, True),
        ({"id_no": "", "name": "王", "mobile": ""}, {"name": "王", "mobile": ""}, False),
        ({"id_no": "", "name": "王", "mobile": "1"}, {"name": "李", "mobile": "1"}, False),
    ],
)
def test_one_human_is_known_by_number_or_by_name_and_telephone(
    one: dict[str, object], other: dict[str, object], *, same: bool
) -> None:
    people = (
        replace(OWN_A, **one),  # type: ignore[arg-type]  # a test names real fields
        replace(OWN_B, **other),  # type: ignore[arg-type]  # a test names real fields
    )
    told = [code for code, _, _ in found(case((A, B), *people))]
    assert ("acts_on_two_sides" in told) is same


def test_one_agent_may_serve_two_parties_of_one_side() -> None:
    other = replace(FIRM, id=PartyId("x"))
    agents = [
        person("代理", side, PersonRole.AGENT, authority=power(), id=PersonId(side.id))
        for side in (FIRM, other)
    ]
    assert found(case((A, FIRM, other), OWN_A, *agents)) == []
