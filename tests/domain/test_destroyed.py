"""Of every particular of a case it is said whether it outlives the case's file."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

from server.domain.agreement import Agreement, Payment
from server.domain.case import Authority, Capacity, Case, LabourFacts, Party, Person
from server.domain.destroyed import listed, without_accounts
from server.domain.ids import AgreementId, FileId, PartyId, SessionId
from tests.support.builders import CASE, COMMITTEE, NOW, a_case

DAY = date(2009, 5, 1)

GONE: dict[type, set[str]] = {
    Case: {
        "summary",
        "claims",
        "amount_claimed",
        "occurred_on",
        "place",
        "labour",
        "touches_status",
        "file_names",
        "parties",
        "people",
    },
    Party: {"capacity", "address", "uscc", "legal_representative_post", "needs"},
    Person: {
        "mobile",
        "id_kind",
        "id_no",
        "gender",
        "birth",
        "ethnic",
        "occupation",
        "relation",
        "authority",
    },
    Authority: {"licence_no", "file"},
}
STAYS: dict[type, set[str]] = {
    Case: {
        "id",
        "committee_id",
        "case_no",
        "dispute_type",
        "sub_type",
        "source",
        "matter",
        "created_at",
        "accepted_on",
        "due_on",
        "channel",
        "public",
        "mediator_id",
        "recorder_id",
        "state",
        "result",
        "end_reason",
        "closed_at",
        "version",
        "custody",
    },
    Party: {"id", "side", "kind", "name", "short_name", "label", "legal_representative"},
    Person: {"id", "party_id", "role", "name"},
    Authority: {"kind", "scopes", "valid_from", "valid_to"},
}


def full() -> Case:
    """Return a case of which everything is known."""
    case = a_case()
    power = Authority(
        kind="lawyer",
        scopes=frozenset({"sign"}),
        valid_from=DAY,
        valid_to=DAY,
        licence_no="licence",
        file=FileId("power"),
    )
    return replace(
        case,
        summary="from a scaffold",
        claims=("all of it",),
        amount_claimed=1,
        occurred_on=DAY,
        place="there",
        labour=LabourFacts(injured_on=DAY),
        touches_status=True,
        file_names={FileId("f"): "injury.jpg"},
        parties=tuple(map(_known, case.parties)),
        people=tuple(_seen(one, power) for one in case.people),
    )


def _known(party: Party) -> Party:
    return replace(
        party,
        capacity=Capacity.LIMITED,
        address="somewhere",
        uscc="913",
        legal_representative="郑国栋",
        legal_representative_post="director",
        needs=("bedridden",),
    )


def _seen(person: Person, power: Authority) -> Person:
    return replace(
        person,
        mobile="199",
        id_kind="passport",
        id_no="512",
        gender="male",
        birth=DAY,
        ethnic="han",
        occupation="mason",
        relation="wife",
        authority=power,
    )


def _differ(before: Any, after: Any) -> set[str]:
    names = [one.name for one in fields(before)]
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def test_of_every_field_it_is_said_what_becomes_of_it() -> None:
    for kind, gone in GONE.items():
        assert gone | STAYS[kind] == {one.name for one in fields(kind)}
        assert not gone & STAYS[kind]


def test_what_only_the_file_needed_goes_and_the_list_stays() -> None:
    before, after = full(), listed(full())
    assert _differ(before, after) == GONE[Case]
    for was, now in zip(before.parties, after.parties, strict=True):
        assert _differ(was, now) == GONE[Party]
    for was_one, now_one in zip(before.people, after.people, strict=True):
        assert _differ(was_one, now_one) == GONE[Person]
        assert _differ(was_one.authority, now_one.authority) == GONE[Authority]
    assert listed(after) == after


def test_of_an_agreement_only_the_bank_accounts_go() -> None:
    payment = Payment(payer=PartyId("p2"), payee=PartyId("p1"), amount=5, due_on=DAY)
    paid = replace(payment, account_holder="陈水根", bank="some bank", account="6222")
    text = Agreement(
        id=AgreementId("a"),
        case_id=CASE,
        committee_id=COMMITTEE,
        session_id=SessionId("s"),
        facts=f"what is agreed on {NOW.date()}",
        payments=(paid,),
    )
    assert without_accounts(text) == replace(text, payments=(payment,))
