"""What every pack must bring, and what the Chinese one says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from server.domain.errors import DomainError
from server.domain.jurisdiction.entries import AgentAct, ElectronicSigning
from server.domain.jurisdiction.pack import (
    AgreementNumberError,
    JurisdictionPack,
    UnknownCodeError,
)
from server.domain.jurisdiction.packs import PACKS, pack_of
from server.domain.jurisdiction.texts import (
    Choice,
    ConsentText,
    NoticeBlock,
    Question,
    Text,
    text_version,
)
from server.domain.jurisdiction.zh_cn import PACK as ZH

TODAY = date(2025, 3, 14)
SCOPES = [
    "online_mediation",
    "e_signature",
    "e_delivery",
    "preservation",
    "sensitive_information",
    "recording",
]
packs = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())


def texts_of(thing: object) -> Iterator[Text]:
    """Every text inside a pack, wherever it stands."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, tuple):
        for inner in thing:
            yield from texts_of(inner)
    elif isinstance(thing, Mapping):
        yield from texts_of(tuple(thing.values()))
    elif hasattr(thing, "__dataclass_fields__"):
        for field in fields(thing):  # type: ignore[arg-type]
            yield from texts_of(getattr(thing, field.name))


def notice_lines(pack: JurisdictionPack) -> Iterator[Text]:
    def walk(thing: object) -> Iterator[Text]:
        if isinstance(thing, NoticeBlock):
            yield from (thing.title, *thing.lines)
        elif isinstance(thing, Question):
            yield from (thing.text, *thing.lines)
        elif isinstance(thing, tuple):
            for inner in thing:
                yield from walk(inner)

    for field in fields(pack.notices):
        yield from walk(getattr(pack.notices, field.name))
    yield from (line for lines in pack.notices.ways.values() for line in lines)
    for consent in pack.consents:
        yield from (consent.title, *consent.statement, *consent.points, consent.question)
        yield from (*consent.on_agree, *consent.on_refuse)


def test_packs_are_found_by_code() -> None:
    assert pack_of("zh_cn") is ZH
    assert pack_of("en_generic").languages == ("en",)
    with pytest.raises(UnknownCodeError) as refused:
        pack_of("atlantis")
    assert refused.value.facts == {"list": "packs", "entry": "atlantis"}


@packs
def test_codes_are_unique_within_each_list(pack: JurisdictionPack) -> None:
    for field in fields(pack):
        entries = getattr(pack, field.name)
        if isinstance(entries, tuple) and entries and hasattr(entries[0], "code"):
            codes = [entry.code for entry in entries]
            assert len(codes) == len(set(codes)), field.name


@packs
def test_every_text_stands_in_every_language_of_its_pack(pack: JurisdictionPack) -> None:
    chinese = any(language.startswith("zh") for language in pack.languages)
    for text in texts_of(pack):
        assert text.en.strip()
        assert bool(text.zh.strip()) is chinese, text


@packs
def test_texts_are_calm_and_claim_nothing_they_must_not(pack: JurisdictionPack) -> None:
    banned = re.compile(r"!|！|数字证书|电子认证|法律意见书|请耐心|legal advice|certificate", re.I)
    assert not [text for text in texts_of(pack) if banned.search(text.zh + text.en)]


def test_lines_fit_a_phone() -> None:
    assert [text.zh for text in notice_lines(ZH) if len(text.zh) > 16] == []
    assert [text.en for text in notice_lines(ZH) if len(text.en) > 48] == []


@packs
def test_six_consents_are_asked_in_order_and_only_video_ends_the_online_way(
    pack: JurisdictionPack,
) -> None:
    assert [consent.scope for consent in pack.consents] == SCOPES
    assert [c.scope for c in pack.consents if c.refusal_ends_online] == ["online_mediation"]
    assert [c.scope for c in pack.consents if c.all_parties] == ["recording"]
    for consent in pack.consents:
        assert consent.statement
        assert consent.points
        assert consent.terms
        assert consent.on_agree
        assert consent.on_refuse


def test_refusing_to_be_recorded_lets_the_mediation_go_on() -> None:
    said = "".join(text.zh for text in ZH.consent("recording").on_refuse)
    assert said == "照常调解，不录"


def test_the_signature_terms_name_the_four_conditions_of_the_law() -> None:
    terms = "".join(text.zh for text in ZH.consent("e_signature").terms)
    assert all(mark in terms for mark in ("（一）", "（二）", "（三）", "（四）", "人身关系"))
    assert "第十三条" in ZH.consent("e_signature").law.zh


@packs
def test_rights_and_duties_come_in_five_short_blocks(pack: JurisdictionPack) -> None:
    blocks = pack.notices.rights_and_duties
    codes = [block.code for block in blocks]
    assert codes == ["nature", "rights", "duties", "effect", "confidence"]
    assert all(len(block.lines) <= 8 for block in blocks)


def test_every_chinese_block_names_its_law() -> None:
    blocks = ZH.notices.rights_and_duties
    assert all(block.law and "人民调解法" in block.law.zh for block in blocks)
    assert ZH.notices.labour is not None


@packs
def test_the_two_promises_of_a_private_talk(pack: JurisdictionPack) -> None:
    assert [promise.code for promise in pack.notices.caucus_promises] == [
        "not_passed_on",
        "heard_alone_too",
    ]


def test_a_version_is_the_hash_of_the_exact_words() -> None:
    consent = ZH.consent("e_delivery")
    assert text_version(consent) == text_version(replace(consent))
    assert re.fullmatch("[0-9a-f]{64}", text_version(consent))
    versions = {
        text_version(consent),
        text_version(replace(consent, title=Text(zh="别的", en=consent.title.en))),
        text_version(replace(consent, title=Text(zh=consent.title.zh, en="Other"))),
        text_version(replace(consent, terms=consent.terms[:-1])),
        text_version(replace(consent, refusal_ends_online=True)),
    }
    assert len(versions) == 5
    assert len({text_version(c) for pack in PACKS.values() for c in pack.consents}) == 12


def test_a_text_is_told_in_the_language_asked_for() -> None:
    text = Text(zh="签名", en="Sign")
    assert [text.in_language(code) for code in ("zh-CN", "zh", "en", "fr")] == [
        "签名",
        "签名",
        "Sign",
        "Sign",
    ]
    assert Text(en="Sign").in_language("zh-CN") == "Sign"
    assert Text(zh="{n}份", en="{n} copies").fill(n="3") == Text(zh="3份", en="3 copies")


@pytest.mark.parametrize(
    ("dispute_type", "personal_status", "expected"),
    [
        ("10b", None, ElectronicSigning.ALLOWED),
        ("10b", False, ElectronicSigning.ALLOWED),
        ("10b", True, ElectronicSigning.EXCLUDED),
        ("01", None, ElectronicSigning.WET_INK),
        ("03", None, ElectronicSigning.ASK_FIRST),
        ("03", False, ElectronicSigning.ALLOWED),
        ("01", False, ElectronicSigning.WET_INK),
        ("01", True, ElectronicSigning.EXCLUDED),
        ("99", None, ElectronicSigning.ASK_FIRST),
        ("99", False, ElectronicSigning.ALLOWED),
        ("99", True, ElectronicSigning.EXCLUDED),
    ],
)
def test_electronic_signing_by_type_and_answer(
    dispute_type: str, *, personal_status: bool | None, expected: ElectronicSigning
) -> None:
    assert ZH.electronic_signing(dispute_type, personal_status=personal_status) is expected


@packs
def test_personal_status_excludes_electronic_signing_for_every_type(
    pack: JurisdictionPack,
) -> None:
    for kind in pack.dispute_types:
        signing = pack.electronic_signing(kind.code, personal_status=True)
        assert signing is ElectronicSigning.EXCLUDED


def test_the_neutral_pack_takes_any_plain_document_number() -> None:
    passport = pack_of("en_generic").identity_document("passport")
    assert passport.check("ab 12-34", TODAY) == "AB12-34"
    with pytest.raises(DomainError, match="invalid_value"):
        passport.check("?", TODAY)


def test_agents_are_told_apart_by_what_they_must_show() -> None:
    assert ZH.agent_kind("lawyer").licensed
    assert ZH.agent_kind("guardian").by_law
    with pytest.raises(UnknownCodeError):
        ZH.agent_kind("neighbour")


def test_an_unknown_dispute_type_is_refused() -> None:
    with pytest.raises(UnknownCodeError):
        ZH.electronic_signing("77", personal_status=None)


@packs
def test_every_confirmation_question_can_be_asked(pack: JurisdictionPack) -> None:
    asked = {kind.confirmation_question for kind in pack.dispute_types} - {""}
    assert asked == {question.code for question in pack.confirmation_questions}


@packs
def test_signing_and_conceding_need_their_own_scope(pack: JurisdictionPack) -> None:
    codes = {scope.code for scope in pack.agent_scopes}
    for act in (AgentAct.SIGN, AgentAct.CONCEDE, AgentAct.FETCH_COPIES):
        needed = {scope.code for scope in pack.agent_scopes if scope.allows is act}
        assert len(needed) == 1
        assert pack.agent_may(act, codes)
        assert pack.agent_may(act, needed)
        assert not pack.agent_may(act, codes - needed)


def test_the_seven_boxes_of_the_power_of_attorney() -> None:
    assert "".join(scope.mark for scope in ZH.agent_scopes) == "①②③④⑤⑥⑦"
    allowed = {scope.mark: scope.allows for scope in ZH.agent_scopes}
    assert allowed["④"] is AgentAct.CONCEDE
    assert allowed["⑤"] is AgentAct.SIGN
    assert allowed["⑥"] is AgentAct.FETCH_COPIES
    assert allowed["⑦"] is None


@pytest.mark.parametrize(
    ("document", "text", "number"),
    [
        ("resident_identity_card", "35029919880607501x", "35029919880607501X"),
        ("business_licence", "91350299ma0demx13u", "91350299MA0DEMX13U"),
        ("hk_macao_travel_permit", "h12345678", "H12345678"),
        ("taiwan_travel_permit", "12345678", "12345678"),
        ("passport", "e 12345678", "E12345678"),
        ("permanent_residence", "SGP350090010101", "SGP350090010101"),
        ("military", "军字第1234567号", "军字第1234567号"),
    ],
)
def test_document_numbers_get_one_spelling(document: str, text: str, number: str) -> None:
    assert ZH.identity_document(document).check(text, TODAY) == number


@pytest.mark.parametrize(
    ("document", "text", "code"),
    [
        ("resident_identity_card", "110105194912310021", "identity_number_check"),
        ("resident_identity_card", "110105491231002", "identity_number_15_digits"),
        ("residence_permit", "11010519491231002X", "document_kind_other"),
        ("permanent_residence", "11010519491231002X", "document_kind_other"),
        ("hk_macao_travel_permit", "A12345678", "document_number_form"),
        ("business_licence", "91350100M000100Y44", "credit_code_check"),
        ("passport", "*", "document_number_form"),
    ],
)
def test_wrong_document_numbers_are_refused(document: str, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        ZH.identity_document(document).check(text, TODAY)
    assert refused.value.code == code


def test_agreement_numbers_are_written_one_way_and_read_in_many() -> None:
    assert ZH.agreement_number("湖禾", year=2025, serial=17) == "湖禾人调字〔2025〕第017号"
    assert ZH.agreement_number("湖禾", year=2025, serial=1234) == "湖禾人调字〔2025〕第1234号"
    number = ZH.parse_number("湖禾人调字〔2025〕第017号")
    assert ZH.as_printed("湖禾人调字(2025) 17号") == "湖禾人调字〔2025〕第017号"
    assert ZH.as_printed(" 17") == " 17"
    assert (number.prefix, number.year, number.serial) == ("湖禾", 2025, 17)
    for typed in ("湖禾人调字[2025]017号", "湖禾人调字 【2025】 第17号", "湖禾人调字（2025）17"):
        assert ZH.parse_number(typed) == number
    with pytest.raises(AgreementNumberError):
        ZH.parse_number("017")


def test_the_neutral_pack_counts_its_own_way() -> None:
    pack = pack_of("en_generic")
    number = pack.agreement_number("RIVER", year=2025, serial=3)
    assert number == "RIVER-2025-003"
    assert pack.parse_number(number).serial == 3
    assert pack.calendar.is_working_day(date(2099, 12, 25))
    late = datetime(2025, 3, 14, 23, 0, tzinfo=UTC)
    assert (pack.local_day(late), ZH.local_day(late)) == (date(2025, 3, 14), date(2025, 3, 15))


def test_an_agreement_closes_with_effect_remedies_and_copies() -> None:
    plain = ZH.closing_lines(copies=3, labour=False, electronic=False)
    full = ZH.closing_lines(copies=12, labour=True, electronic=True)
    assert len(full) == len(plain) + 1
    assert any("在纸上签署" in line.zh for line in plain)
    assert not any("在纸上签署" in line.zh for line in full)
    assert plain[-1].zh.startswith("本协议一式三份")
    assert full[-1].zh.startswith("本协议一式十二份")
    assert "支付令" in "".join(line.zh for line in full)
    assert "支付令" not in "".join(line.zh for line in plain)
    assert ZH.closing_lines(copies=100, labour=False, electronic=False)[-1].zh.startswith(
        "本协议一式100份"
    )
    assert pack_of("en_generic").closing_lines(copies=3, labour=True, electronic=True)[-1].en


@packs
def test_the_fixed_words_waive_nothing(pack: JurisdictionPack) -> None:
    lines = pack.closing_lines(copies=3, labour=True, electronic=True)
    texts = [line.zh + line.en for line in lines]
    if clause := pack.agreement.knowledge_clause:
        texts.append(clause.zh + clause.en)
    assert not [t for t in texts for pattern in pack.clauses.waiver if pattern.search(t)]


def test_choices_of_the_forms() -> None:
    assert [side.code for side in ZH.sides] == ["applicant", "respondent", "third"]
    assert ZH.dispute_type("10b").name.zh == "其他劳动争议纠纷"
    assert ZH.dispute_type("10b").parent == "10"
    assert len(ZH.end_reasons) == 10
    assert sum(item.compulsory for item in ZH.case_file) == 8
    assert {result.code for result in ZH.results if result.success} == {
        "written_agreement",
        "oral_agreement",
    }
    assert all(isinstance(choice, Choice) for choice in ZH.channels)
    assert all(isinstance(consent, ConsentText) for consent in ZH.consents)


def test_a_year_entered_for_china_must_hold_its_fixed_days() -> None:
    with pytest.raises(DomainError) as refused:
        ZH.calendar_year(2031, [date(2031, 1, 1)], [])
    assert refused.value.code == "calendar_entry_invalid"
    days = [date(2031, month, day) for month, day in ZH.fixed_holidays]
    assert ZH.calendar.with_year(ZH.calendar_year(2031, days, [])).knows(2031)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("01", []),
        ("02", []),
        ("06", []),
        ("04", ["约定过仲裁的，申请仲裁；"]),
        ("07", ["还可以申请仲裁；"]),
        ("10a", ["申请劳动争议仲裁；"]),
    ],
)
def test_arbitration_is_named_only_where_the_law_knows_it(code: str, said: list[str]) -> None:
    lines = [line.zh for line in ZH.remedies(code)]
    assert [line for line in lines if "仲裁" in line] == said
    assert any("起诉" in line for line in lines)
    assert lines[-1] == "愿意再谈，可以再申请。"


@packs
def test_every_kind_of_dispute_has_its_remedies(pack: JurisdictionPack) -> None:
    for kind in pack.dispute_types:
        assert pack.remedies(kind.code)
