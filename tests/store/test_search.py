"""Cases and records are found by parts of names and by whole numbers, and only those."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.case import CaseState, Person, PersonRole
from server.domain.custody import Custody, Hold
from server.domain.destroyed import listed
from server.domain.ids import CaseId, CommitteeId, PartyId, PersonId, RecordId, StaffId
from server.domain.register import RegisterQuery
from server.ports.keeping import ClosedBefore, KeepingQuery
from server.ports.store import CaseQuery
from server.store.store import SqlStore
from server.store.terms import name_parts, plain_name, plain_number, query_parts
from tests.store import examples
from tests.store.examples import COMMITTEE, Story


async def cases_with(store: SqlStore, text: str) -> list[str]:
    async with store.read() as uow:
        found, total = await uow.cases.search(CaseQuery(committee_id=COMMITTEE, text=text))
    assert total == len(found)
    return [case.id for case in found]


async def records(store: SqlStore, query: RegisterQuery) -> list[int]:
    async with store.read() as uow:
        found, total = await uow.register.search(query)
    assert total == len(found)
    return [entry.serial for entry in found]


@pytest.mark.parametrize(
    "text",
    [
        "陈水根",
        "陈",
        "水根",
        " 陈 水 根 ",
        "盛达五金",
        "有限公司",
        "欧阳",
        "欧阳买买提",
        "欧阳·买买提",
        "512099197904123018",
        "91330400ma28xxxx1k",
        "湖禾调字〔2025〕第case-1号",
        "湖禾调字(2025)第CASE-1号",
        "",
        "  ",
    ],
)
async def test_a_case_is_found_by(store: SqlStore, text: str) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
    assert await cases_with(store, text) == ["case-1"]


@pytest.mark.parametrize(
    "text", ["陈根", "根水", "李", "陈水根盛达", "51209919790412301", "湖禾调字", "19900000001"]
)
async def test_a_case_is_not_found_by(store: SqlStore, text: str) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
    assert await cases_with(store, text) == []


async def test_a_case_is_found_by_its_new_name_and_no_longer_by_the_old(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        party = replace(examples.PARTIES[0], name="陈山根")
        person = replace(examples.PEOPLE[0], name="陈山根", id_no="512099197904123019")
        await uow.cases.save(examples.case(parties=(party,), people=(person,)))
    assert await cases_with(store, "陈山") == ["case-1"]
    assert await cases_with(store, "512099197904123019") == ["case-1"]
    for text in ("水根", "盛达", "512099197904123018"):
        assert await cases_with(store, text) == []


async def test_a_case_and_its_record_are_found_by_who_represents_an_organisation_by_law(
    store: SqlStore,
) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        party = replace(examples.PARTIES[1], legal_representative="郑国栋")
        await uow.cases.save(examples.case(parties=(examples.PARTIES[0], party)))
        await uow.register.add(examples.entry(1, case_id=examples.CASE))
    assert await cases_with(store, "国栋") == ["case-1"]
    found = await records(store, RegisterQuery(committee_id=COMMITTEE, name="郑国栋"))
    assert found == [1]
    assert await cases_with(store, "陈水根郑国栋") == []


async def test_cases_are_filtered_paged_and_newest_first(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        for number in range(2, 8):
            await uow.cases.add(
                examples.case(
                    f"case-{number}",
                    state=CaseState.MEDIATING if number % 2 else CaseState.ACCEPTED,
                    mediator_id=StaffId("staff-1") if number > 5 else None,
                    recorder_id=StaffId("staff-1") if number == 5 else None,
                )
            )
        other = examples.committee("c-2")
        await uow.committees.add(other)
        await uow.cases.add(examples.case("foreign", committee_id=other.id))
    every = CaseQuery(committee_id=COMMITTEE)

    async def found(query: CaseQuery) -> tuple[Sequence[CaseId], int]:
        async with store.read() as uow:
            cases, total = await uow.cases.search(query)
        return [case.id for case in cases], total

    newest_first = [f"case-{number}" for number in range(7, 0, -1)]
    assert await found(every) == (newest_first, 7)
    assert await found(replace(every, page=2, page_size=3)) == (newest_first[3:6], 7)
    assert await found(replace(every, page=4, page_size=3)) == ([], 7)
    assert await found(replace(every, state=CaseState.MEDIATING)) == (
        ["case-7", "case-5", "case-3"],
        3,
    )
    mine = replace(every, own=StaffId("staff-1"), state=CaseState.MEDIATING, text="陈")
    assert await found(mine) == (["case-7", "case-5"], 2)
    assert await found(CaseQuery(committee_id=other.id, text="陈")) == (["foreign"], 1)
    assert await found(CaseQuery(committee_id=CommitteeId("c-3"), text="陈")) == ([], 0)


async def test_records_are_found_by_every_given_field(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        for serial in range(1, 7):
            await uow.register.add(
                examples.entry(
                    serial,
                    amount=serial * 100,
                    effective_on=date(2025, serial, 1),
                    party_names=("陈水根", f"第{serial}五金厂"),
                )
            )
    every = RegisterQuery(committee_id=COMMITTEE)
    assert await records(store, every) == [6, 5, 4, 3, 2, 1]
    assert await records(store, replace(every, name="陈水根")) == [6, 5, 4, 3, 2, 1]
    assert await records(store, replace(every, name="第3五金")) == [3]
    assert await records(store, replace(every, name="五")) == [6, 5, 4, 3, 2, 1]
    assert await records(store, replace(every, name="李")) == []
    assert await records(store, replace(every, number="湖禾调字（2025）第4号")) == [4]
    assert await records(store, replace(every, number="4")) == [4]
    assert await records(store, replace(every, number="9")) == []
    assert await records(store, replace(every, amount_min=200, amount_max=300)) == [3, 2]
    between = replace(every, effective_from=date(2025, 2, 1), effective_to=date(2025, 4, 1))
    assert await records(store, between) == [4, 3, 2]
    assert await records(store, replace(between, name="陈水", amount_max=300)) == [3, 2]
    assert await records(store, replace(every, committee_id=CommitteeId("c-2"))) == []


@pytest.mark.parametrize("name", ["欧阳", "欧阳·买买提", "刘春梅", "春梅"])
async def test_a_record_is_found_by_whoever_took_part_for_a_party(
    store: SqlStore, name: str
) -> None:
    companion = Person(
        id=PersonId("person-3"),
        party_id=PartyId("party-1"),
        role=PersonRole.COMPANION,
        name="刘春梅",
    )
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
        await uow.cases.add(examples.case(people=(*examples.PEOPLE, companion)))
        await uow.cases.add(examples.case("case-2", people=()))
        await uow.committees.add(examples.committee("c-2"))
        await uow.cases.add(examples.case("case-3", committee_id=CommitteeId("c-2")))
        for serial in (1, 2):
            await uow.register.add(examples.entry(serial))
        await uow.register.add(examples.entry(3, committee_id=CommitteeId("c-2")))
    asked = RegisterQuery(committee_id=COMMITTEE, name=name)
    assert await records(store, asked) == [1]
    assert await records(store, replace(asked, number="1", amount_min=1)) == [1]
    assert await records(store, replace(asked, number="2")) == []
    assert await records(store, replace(asked, name=f"{name}二")) == []
    assert await records(store, replace(asked, committee_id=CommitteeId("c-3"))) == []


async def test_records_are_found_by_who_mediated_or_recorded_them(store: SqlStore) -> None:
    lin, su = StaffId("staff-lin"), StaffId("staff-su")
    sealed = examples.case(state=CaseState.SEALED, mediator_id=lin, recorder_id=su)
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
        await uow.cases.add(sealed)
        begun = replace(sealed, id=CaseId("case-2"), case_no="2", state=CaseState.AGREED)
        await uow.cases.add(begun)
        for serial in (1, 2):
            await uow.register.add(examples.entry(serial))
    every = RegisterQuery(committee_id=COMMITTEE)
    for own in (lin, su):
        for asked in (every, replace(every, name="陈水根"), replace(every, name="欧阳")):
            assert await records(store, replace(asked, own=own)) == [1]
    assert await records(store, replace(every, own=StaffId("staff-1"), name="欧阳")) == []
    assert await records(store, every) == [2, 1]


async def test_a_name_is_not_pieced_together_from_two(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.register.add(examples.entry(1, party_names=("张三", "三丰")))
        await uow.register.add(examples.entry(2, party_names=("李四", "张三丰")))
    assert await records(store, RegisterQuery(committee_id=COMMITTEE, name="张三丰")) == [2]
    assert await records(store, RegisterQuery(committee_id=COMMITTEE, name="张三")) == [2, 1]


async def test_records_are_paged_and_found_by_case(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        for serial in range(1, 6):
            await uow.register.add(examples.entry(serial))
    query = RegisterQuery(committee_id=COMMITTEE, name="陈水", page=2, page_size=2)
    async with store.read() as uow:
        found, total = await uow.register.search(query)
        assert [entry.serial for entry in found] == [3, 2]
        assert total == 5
        assert await uow.register.of_case(CaseId("case-3")) == examples.entry(3)
        assert await uow.register.openings(RecordId("record-3")) == []


async def test_closed_cases_are_found_by_kind_day_and_what_may_happen(store: SqlStore) -> None:
    hold = Hold(id="h", by=StaffId("staff-1"), at=examples.AT, document="第1号", reason="调卷")
    year = timedelta(days=366)
    files = {
        "held and open": replace(examples.case("a"), custody=Custody(holds=(hold,))),
        "due": replace(examples.case("b"), closed_at=examples.AT),
        "younger": replace(examples.case("c"), closed_at=examples.AT + year),
        "destroyed": replace(
            examples.case("d"), closed_at=examples.AT, custody=Custody(destroyed_at=examples.AT)
        ),
        "older, of a kind kept longer": replace(
            examples.case("e"), dispute_type="land", closed_at=examples.AT - year
        ),
        "open": examples.case("f"),
    }
    async with store.write() as uow:
        await Story(uow).begin()
        for case in files.values():
            await uow.cases.add(case)
    soon = examples.AT + timedelta(hours=1)
    land = ClosedBefore(dispute_types=frozenset({"land"}), years=9, moment=examples.AT)
    labour = ClosedBefore(dispute_types=frozenset({"labour", "wages"}), years=3, moment=soon)

    async def found(*due: ClosedBefore, page: int = 1, size: int = 20) -> list[str]:
        query = KeepingQuery(committee_id=COMMITTEE, due=due, page=page, page_size=size)
        async with store.read() as uow:
            cases, total = await uow.cases.in_keeping(query)
            elsewhere = replace(query, committee_id=CommitteeId("c-2"))
            assert await uow.cases.in_keeping(elsewhere) == ([], 0)
        assert len(cases) == total or size < total
        return [case.id for case in cases]

    assert await found() == ["a"]
    assert await found(labour) == ["b", "a"]
    assert await found(land, labour) == ["b", "e", "a"]
    assert await found(land, labour, page=2, size=2) == ["a"]


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@given(names, st.integers(0, 12), st.integers(1, 12))
def test_every_part_of_a_name_finds_it(name: str, start: int, length: int) -> None:
    part = plain_name(name)[start : start + length]
    assert query_parts(part) <= name_parts(name)


@given(names)
def test_plain_forms_are_final(text: str) -> None:
    assert plain_name(plain_name(text)) == plain_name(text)
    assert plain_number(plain_number(text)) == plain_number(text)


async def test_of_a_destroyed_file_no_identity_is_found_any_more(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        before = await uow.cases.get(CaseId("case-1"))
        saved = await uow.cases.save(listed(before))
    async with store.read() as uow:
        assert await uow.cases.get(before.id) == saved
    for number in ("512099197904123018", "91330400MA28XXXX1K"):
        assert await cases_with(store, number) == []
    for name in ("陈水根", "盛达五金", before.case_no):
        assert await cases_with(store, name) == ["case-1"]
