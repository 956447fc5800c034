"""A form keeps what came back masked, and no masked number passes as a new one."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from server.domain.case import Case, Party, PartyKind, Person, PersonRole, Side
from server.domain.errors import InvalidValueError
from server.domain.identity_sentences import identity_lines
from server.domain.ids import CaseId, CommitteeId, PartyId, PersonId
from server.domain.jurisdiction.packs import pack_of
from server.domain.masking import mask_identity_number, mask_phone
from server.domain.registration.case_form import CaseForm, case_number, label
from server.domain.registration.party_form import PartyForm, check_party
from server.domain.registration.person_form import PersonForm, check_person
from server.domain.registration.unchanged import mask_address, unmask

PACK = pack_of("zh_cn")
TODAY = date(2025, 3, 10)


def stored(address: str, mobile: str, number: str) -> Case:
    party = Party(
        id=PartyId("p"),
        side=Side.APPLICANT,
        kind=PartyKind.PERSON,
        name="陈水根",
        address=address,
    )
    person = Person(
        id=PersonId("w"),
        party_id=party.id,
        role=PersonRole.PARTY,
        name="陈水根",
        mobile=mobile,
        id_no=number,
    )
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
        people=(person,),
    )


def masked(case: Case) -> CaseForm:
    (party,), (person,) = case.parties, case.people
    who = PersonForm(
        id=person.id,
        role=person.role,
        name=person.name,
        mobile=mask_phone(person.mobile),
        id_no=mask_identity_number(person.id_no),
    )
    form = PartyForm(
        id=party.id,
        side=party.side,
        kind=party.kind,
        name=party.name,
        address=mask_address(party.address),
        people=(who,),
    )
    return CaseForm(dispute_type="02", source="applied", matter="邻里", summary="", parties=(form,))


DIGITS = st.text("0123456789", max_size=18)


@given(address=st.text(max_size=40), mobile=DIGITS, number=DIGITS)
def test_saving_what_was_shown_loses_nothing(address: str, mobile: str, number: str) -> None:
    case = stored(address, mobile, number)
    (party,) = unmask(masked(case), case).parties
    assert party.address == address
    assert (party.people[0].mobile, party.people[0].id_no) == (mobile, number)


def test_a_number_not_filled_in_again_stays() -> None:
    case = stored("水口村 3 组", "19900000001", "512099197904123018")
    form = masked(case)
    empty = replace(form.parties[0].people[0], mobile="", id_no="")
    blank = replace(form, parties=(replace(form.parties[0], address="", people=(empty,)),))
    assert unmask(blank, case) == unmask(form, case)


@given(address=st.text(min_size=3, max_size=40))
def test_a_masked_address_never_shows_the_second_half(address: str) -> None:
    assert len(mask_address(address).removesuffix("****")) <= len(address) / 2


def test_a_mask_of_somebody_else_is_no_number() -> None:
    stranger = PersonForm(role=PersonRole.PARTY, name="李明", id_no="512099********3018")
    with pytest.raises(InvalidValueError) as refused:
        check_person(stranger, PACK, TODAY, path="x")
    assert refused.value.facts == {"field": "x.id_no", "reason": "identity_number_form"}


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_refused_by_its_field_or_kept_in_one_spelling(text: str) -> None:
    typed = PersonForm(role=PersonRole.PARTY, name=text, mobile=text, id_no=text)
    try:
        once = check_person(typed, PACK, TODAY, path="x")
    except InvalidValueError as refused:
        wrong = refused.facts["field"]
    else:
        wrong = None
        assert check_person(once, PACK, TODAY, path="x") == once
    assert wrong in {None, "x.name", "x.mobile", "x.id_no"}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("鹭岛恒筑建设劳务有限公司", "鹭岛恒筑建设劳务"),
        ("湖滨置业股份有限公司", "湖滨置业"),
        ("禾溪街道水口社区居民委员会", "禾溪街道水口社区居民委员会"),
        ("公司", "公司"),
    ],
)
def test_a_company_is_called_without_its_legal_form(name: str, short: str) -> None:
    party = PartyForm(
        side=Side.RESPONDENT,
        kind=PartyKind.ORGANISATION,
        name=name,
        legal_representative="郑国栋",
        people=(),
    )
    assert check_party(party, PACK, TODAY, path="x").short_name == short
    own = replace(party, short_name="恒筑")
    assert check_party(own, PACK, TODAY, path="x").short_name == "恒筑"


def test_ten_parties_have_ten_labels() -> None:
    labels = [label(position, PACK) for position in range(10)]
    assert (labels[0], labels[2], len(set(labels))) == ("甲方", "丙方", 10)


def test_the_receipt_carries_the_committee_the_year_and_the_serial() -> None:
    assert case_number("禾溪", year=2025, serial=41) == "禾溪调受〔2025〕041号"


PASSPORT = PersonForm(
    role=PersonRole.PARTY,
    name="阮文明",
    id_kind="passport",
    id_no="C1234567",
    gender="male",
    birth=date(1990, 5, 6),
)


def test_sex_and_birth_are_typed_where_the_document_does_not_tell_them() -> None:
    checked = check_person(PASSPORT, PACK, TODAY, path="p")
    assert (checked.gender, checked.birth) == ("male", date(1990, 5, 6))
    left_open = replace(PASSPORT, gender="", birth=None)
    assert check_person(left_open, PACK, TODAY, path="p") == left_open


def test_a_number_that_tells_them_counts_alone() -> None:
    card = replace(PASSPORT, id_kind="resident_identity_card", id_no="11010519491231002X")
    checked = check_person(card, PACK, TODAY, path="p")
    assert (checked.gender, checked.birth) == ("female", date(1949, 12, 31))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(PASSPORT, birth=date(2025, 3, 11)), "p.birth"),
        (replace(PASSPORT, birth=date(1890, 1, 1)), "p.birth"),
        (replace(PASSPORT, gender="m"), "p.gender"),
    ],
)
def test_no_other_sex_and_no_birthday_to_come_is_kept(wrong: PersonForm, field: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_person(wrong, PACK, TODAY, path="p")
    assert refused.value.facts["field"] == field


def test_a_typed_birthday_decides_of_capacity_as_a_cards_does() -> None:
    child = PartyForm(
        side=Side.APPLICANT,
        kind=PartyKind.PERSON,
        name=PASSPORT.name,
        people=(replace(PASSPORT, birth=date(2015, 1, 1)),),
    )
    with pytest.raises(InvalidValueError) as refused:
        check_party(child, PACK, TODAY, path="parties.0")
    assert refused.value.facts["field"] == "parties.0.capacity"


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        ("zh_cn", "阮文明，男，1990年5月6日出生，34岁，护照号码C1234567"),
        ("en_generic", "阮文明, male, born 1990-05-06, aged 34, Passport C1234567"),
    ],
)
def test_the_agreement_says_them_of_its_parties(pack: str, words: str) -> None:
    case = stored("", "", PASSPORT.id_no)
    (person,) = case.people
    known = replace(
        person,
        name=PASSPORT.name,
        id_kind="passport",
        gender=PASSPORT.gender,
        birth=PASSPORT.birth,
    )
    party = replace(case.parties[0], name=PASSPORT.name, label="甲方")
    told = replace(case, parties=(party,), people=(known,))
    assert words in identity_lines(told, party, pack_of(pack), TODAY)[0]


def test_only_documents_whose_number_tells_them_say_so() -> None:
    telling = {one.code for one in PACK.identity_documents if one.tells_person}
    assert telling == {
        "resident_identity_card",
        "temporary_identity_card",
        "household_register",
        "residence_permit",
    }
