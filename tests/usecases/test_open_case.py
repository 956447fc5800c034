"""Registering a case: what is kept, what is refused, and under which number."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.domain.case import Capacity, CaseState, LabourFacts, PersonRole, Side
from server.domain.errors import ForbiddenError, InvalidValueError
from server.domain.identity_numbers import citizen_check_sign
from server.domain.ids import FileId, StaffId
from server.domain.registration.case_form import CaseForm
from server.usecases import open_case
from server.usecases.world import World
from tests.support import cases
from tests.support.cases import agent, applicant, company, form, power, wife, worker
from tests.support.world import COMMITTEE, OTHER_COMMITTEE, actor


async def test_a_registered_case_holds_every_number_in_its_one_spelling(world: World) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    assert (chen.mobile, chen.id_no) == ("19900000001", "512099197904123018")
    assert (chen.gender, chen.birth) == ("male", date(1979, 4, 12))
    assert cases.person(case, "林启航").id_no == "35029919880607501X"


async def test_parties_are_labelled_in_order_and_named_for_the_tiles(world: World) -> None:
    case = await cases.registered(world)
    assert [party.label for party in case.parties] == ["甲方", "乙方"]
    assert [party.short_name for party in case.parties] == ["陈水根", "鹭岛恒筑建设劳务"]


async def test_numbers_run_without_gaps_and_for_each_committee_alone(world: World) -> None:
    first = await cases.registered(world)
    with pytest.raises(InvalidValueError):
        await open_case.register(world, actor("su"), form(source="rumour"))
    second = await cases.registered(world)
    staff = {"mediator_id": None, "recorder_id": None}
    other = await open_case.register(world, actor("su", OTHER_COMMITTEE), form(**staff))
    assert first.case_no == "禾溪调受〔2025〕001号"
    assert second.case_no == "禾溪调受〔2025〕002号"
    assert other.case.case_no == "松涛调受〔2025〕001号"


async def test_the_period_of_mediation_ends_thirty_days_after_acceptance(world: World) -> None:
    case = await cases.registered(world, accepted_on=date(2025, 3, 8))
    assert (case.accepted_on, case.due_on) == (date(2025, 3, 8), date(2025, 4, 7))


async def test_a_planned_sitting_is_made_with_the_case(world: World) -> None:
    case = await cases.registered(world)
    async with world.store.read() as uow:
        (session,) = await uow.sessions.of_case(case.id)
    assert (session.planned_at, session.chair) == (cases.PLANNED, "staff-su")


async def test_the_log_tells_what_happened_and_nobodys_name(world: World) -> None:
    case = await cases.registered(world)
    assert await cases.kinds(world, case.id) == [
        "case.accepted",
        "mediator.assigned",
        "session.scheduled",
    ]
    text = str(await cases.logged(world, case.id))
    assert not any(word in text for word in ("陈水根", "19900000001", "5120991979", "工地"))


async def test_an_open_case_of_the_same_parties_is_warned_of(world: World) -> None:
    first = await cases.registered(world)
    again = await open_case.register(world, actor("jiang"), form())
    assert again.warnings == (f"same_parties:{first.case_no}",)
    person = applicant(worker(name="赵一", id_no=""), wife(), name="赵一")
    other = await open_case.register(world, actor("jiang"), form(parties=(person, company())))

    met = {first.case_no, again.case.case_no}
    old = [each for each in other.warnings if not each.startswith("party_age_unknown")]
    assert set(old) == {f"same_person:{number}" for number in met}


async def test_who_is_registered_on_two_sides_or_without_age_is_told_at_once(world: World) -> None:
    both = agent(name="陈水根", id_no="512099197904123018", mobile="")
    done = await open_case.register(
        world, actor("jiang"), form(parties=(applicant(), company(both)))
    )
    assert done.warnings == ("acts_on_two_sides:陈水根",)
    schoolboy = applicant(
        worker(name="王小宝", id_kind="passport", id_no="E12345678"), name="王小宝"
    )
    other = await open_case.register(
        world, actor("jiang"), form(parties=(schoolboy, company(uscc="")))
    )
    assert other.warnings == ("party_age_unknown:王小宝",)


async def test_a_matter_of_personal_status_is_signed_on_paper(world: World) -> None:
    asked = form(personal_status=True)
    done = await open_case.register(world, actor("jiang"), asked)
    assert done.warnings == ("e_sign_excluded",)
    plain = await open_case.register(world, actor("jiang"), form())
    assert "e_sign_excluded" not in plain.warnings


async def test_a_mediator_who_registers_takes_the_case(world: World) -> None:
    done = await open_case.register(world, actor("lin"), form(mediator_id=None))
    assert done.case.mediator_id == "staff-lin"


async def test_an_officer_does_not_register(world: World) -> None:
    with pytest.raises(ForbiddenError):
        await open_case.register(world, actor("officer"), form())


def _parties(first: object, second: object) -> CaseForm:
    return form(parties=(first, second))


REFUSED: dict[str, tuple[CaseForm, str, str]] = {
    "unknown dispute": (form(dispute_type="77"), "dispute_type", "unknown_code"),
    "historic dispute": (form(dispute_type="18", labour=None), "dispute_type", "historic"),
    "unknown source": (form(source="x"), "source", "unknown_code"),
    "unknown channel": (form(channel="x"), "channel", "unknown_code"),
    "labour facts elsewhere": (form(dispute_type="02"), "labour", "not_labour"),
    "future accident": (
        form(labour=LabourFacts(injured_on=date(2025, 3, 11))),
        "labour.injured_on",
        "in_the_future",
    ),
    "future acceptance": (form(accepted_on=date(2025, 3, 11)), "accepted_on", "in_the_future"),
    "past sitting": (
        form(planned_at=datetime(2025, 3, 9, 8, tzinfo=UTC)),
        "planned_at",
        "in_the_past",
    ),
    "sitting without zone": (
        form(planned_at=datetime(2025, 3, 14, 8)),  # noqa: DTZ001 - it is what is refused
        "planned_at",
        "no_time_zone",
    ),
    "no respondent": (
        _parties(applicant(), company(side=Side.THIRD)),
        "parties",
        "no_respondent",
    ),
    "mistyped identity": (
        _parties(applicant(worker(id_no="512099197904123011")), company()),
        "parties.0.people.0.id_no",
        "identity_number_check",
    ),
    "fifteen digits": (
        _parties(applicant(worker(id_no="512099790412301")), company()),
        "parties.0.people.0.id_no",
        "identity_number_15_digits",
    ),
    "mistyped telephone": (
        _parties(applicant(worker(mobile="1990000")), company()),
        "parties.0.people.0.mobile",
        "phone_number_invalid",
    ),
    "company's paper for a person": (
        _parties(applicant(worker(id_kind="business_licence")), company()),
        "parties.0.people.0.id_kind",
        "not_for_a_person",
    ),
    "mistyped credit code": (
        _parties(applicant(), company(uscc="91350299MA0DEMX13A")),
        "parties.1.uscc",
        "credit_code_check",
    ),
    "party without himself": (
        _parties(applicant(wife()), company()),
        "parties.0.people",
        "one_party_person",
    ),
    "another name": (
        _parties(applicant(worker(name="陈水金")), company()),
        "parties.0.people.0.name",
        "name_differs",
    ),
    "name of controls": (
        _parties(applicant(worker(name="陈\u202e根")), company()),
        "parties.0.people.0.name",
        "not_a_name",
    ),
    "company without a head": (
        _parties(applicant(), company(legal_representative="")),
        "parties.1.legal_representative",
        "missing",
    ),
    "agent without power": (
        _parties(applicant(), company(agent(authority=None))),
        "parties.1.people.0.authority",
        "missing",
    ),
    "companion with power": (
        _parties(applicant(worker(), wife(authority=power())), company()),
        "parties.0.people.1.authority",
        "not_an_agent",
    ),
    "unknown scope": (
        _parties(applicant(), company(agent(authority=power(scopes=frozenset({"x"}))))),
        "parties.1.people.0.authority.scopes",
        "unknown_code",
    ),
    "lawyer without licence": (
        _parties(applicant(), company(agent(authority=power(kind="lawyer")))),
        "parties.1.people.0.authority.licence_no",
        "missing",
    ),
    "term upside down": (
        _parties(applicant(), company(agent(authority=power(valid_to=date(2025, 3, 1))))),
        "parties.1.people.0.authority.valid_to",
        "before_valid_from",
    ),
    "limited without guardian": (
        _parties(applicant(capacity=Capacity.LIMITED), company()),
        "parties.0.people",
        "guardian_needed",
    ),
    "guardian no longer": (
        _parties(
            applicant(
                worker(),
                agent(authority=power(kind="guardian", valid_to=date(2025, 3, 9))),
                capacity=Capacity.LIMITED,
            ),
            company(),
        ),
        "parties.0.people",
        "guardian_needed",
    ),
    "file of no case": (
        _parties(applicant(), company(agent(authority=power(file=FileId("f"))))),
        "parties.1.people.0.authority.file",
        "not_of_this_case",
    ),
    "recorder as mediator": (
        form(mediator_id=StaffId("staff-jiang"), recorder_id=None),
        "mediator_id",
        "not_appointed",
    ),
    "mediator of elsewhere": (
        form(mediator_id=StaffId("other-su")),
        "mediator_id",
        "not_appointed",
    ),
    "one man two offices": (
        form(recorder_id=StaffId("staff-su")),
        "recorder_id",
        "same_as_mediator",
    ),
}


@pytest.mark.parametrize(("wrong", "field", "reason"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_wrong_field_is_named_by_its_path(
    world: World, wrong: CaseForm, field: str, reason: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        await open_case.register(world, actor("jiang"), wrong)
    assert (refused.value.facts["field"], refused.value.facts["reason"]) == (field, reason)


async def test_a_child_needs_a_guardian_and_no_full_capacity(world: World) -> None:
    child = worker(name="小明", id_no=_child_number())
    guardian = agent(authority=power(kind="guardian", scopes=frozenset()))
    alone = applicant(child, name="小明")
    with pytest.raises(InvalidValueError) as refused:
        await open_case.register(world, actor("jiang"), form(parties=(alone, company())))
    assert refused.value.facts == {"field": "parties.0.capacity", "reason": "minor"}
    kept = applicant(child, guardian, name="小明", capacity=Capacity.LIMITED)
    case = await cases.registered(world, parties=(kept, company()))
    assert case.state is CaseState.ACCEPTED
    assert [p.role for p in case.people][:2] == [PersonRole.PARTY, PersonRole.AGENT]


def _child_number() -> str:
    digits = "51209920150101301"
    return digits + citizen_check_sign(digits)


async def test_nothing_is_stored_of_a_refused_case(world: World) -> None:
    with pytest.raises(InvalidValueError):
        await open_case.register(world, actor("jiang"), replace(form(), source="x"))
    async with world.store.read() as uow:
        sessions = await uow.sessions.planned(COMMITTEE, cases.PLANNED, cases.PLANNED)
    assert list(sessions) == []


async def test_a_form_sent_again_is_the_same_case(world: World) -> None:
    sends = [open_case.register(world, actor("jiang"), form(), "form-1") for _ in range(10)]
    known = {one.case.id for one in await asyncio.gather(*sends)}
    assert len(known) == 1
    for who, key in (("su", "form-1"), ("jiang", "form-2"), ("jiang", "")):
        other = await open_case.register(world, actor(who), form(), key)
        assert other.case.id not in known
