"""Identity documents, kinds of agents and the scopes of a power of attorney in China."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from server.domain.errors import DomainError
from server.domain.identity_numbers import CitizenNumberKind, citizen_number, credit_code
from server.domain.jurisdiction.entries import (
    AgentAct,
    AgentKind,
    AgentScope,
    IdentityDocument,
    NumberCheck,
)
from server.domain.jurisdiction.texts import Text


class DocumentNumberError(DomainError):
    """The number does not have the form that this kind of document has."""

    code = "document_number_form"


class DocumentKindError(DomainError):
    """The number belongs to another kind of document; `facts["kind"]` names it."""

    code = "document_kind_other"


def _citizen(*kinds: CitizenNumberKind) -> NumberCheck:
    def check(text: str, today: date) -> str:
        found = citizen_number(text, today=today)
        if found.kind not in kinds:
            raise DocumentKindError(kind=found.kind)
        return found.number

    return check


def _shaped(pattern: str) -> NumberCheck:
    shape = re.compile(pattern, re.ASCII)

    def check(text: str, today: date) -> str:
        number = re.sub(r"\s", "", text).upper()
        if not shape.fullmatch(number):
            raise DocumentNumberError
        return number

    return check


def _credit_code(text: str, today: date) -> str:
    return credit_code(text).code


_LEGACY_PERMANENT: Final = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_NEW_PERMANENT: Final = _citizen(CitizenNumberKind.PERMANENT_RESIDENT)


def _permanent_residence(text: str, today: date) -> str:
    """Accept the 18 digits of 2023 and, while such cards are about, the 15 signs before."""
    number = re.sub(r"\s", "", text).upper()
    return number if _LEGACY_PERMANENT.fullmatch(number) else _NEW_PERMANENT(number, today)


def _document(
    code: str,
    zh: str,
    en: str,
    check: Callable[[str, date], str],
    *,
    person: bool = True,
    tells: bool = False,
) -> IdentityDocument:
    return IdentityDocument(
        code=code,
        name=Text(zh=zh, en=en),
        for_person=person,
        check=check,
        tells_person=tells,
    )


def _card(
    code: str, zh: str, en: str, kind: CitizenNumberKind = CitizenNumberKind.CITIZEN
) -> IdentityDocument:
    return _document(code, zh, en, _citizen(kind), tells=True)


IDENTITY_DOCUMENTS: Final = (
    _card("resident_identity_card", "居民身份证", "Resident identity card"),
    _card("temporary_identity_card", "临时居民身份证", "Temporary identity card"),
    _card("household_register", "户口簿", "Household register"),
    _card(
        "residence_permit",
        "港澳台居民居住证",
        "Residence permit (Hong Kong, Macao, Taiwan)",
        CitizenNumberKind.HK_MACAO_TAIWAN_RESIDENT,
    ),
    _document(
        "hk_macao_travel_permit",
        "港澳居民来往内地通行证",
        "Mainland travel permit (Hong Kong, Macao)",
        _shaped(r"[HM]\d{8}(\d{2})?"),
    ),
    _document(
        "taiwan_travel_permit",
        "台湾居民来往大陆通行证",
        "Mainland travel permit (Taiwan)",
        _shaped(r"\d{8}(\d{2}[0-9A-Z]?)?"),
    ),
    _document(
        "permanent_residence",
        "外国人永久居留身份证",
        "Foreign permanent resident card",
        _permanent_residence,
    ),
    _document("passport", "护照", "Passport", _shaped(r"[A-Z0-9]{5,17}")),
    _document(
        "military", "军官证、士兵证", "Military card", _shaped(r"[\u4e00-\u9fff0-9A-Z-]{5,24}")
    ),
    _document("business_licence", "营业执照", "Business licence", _credit_code, person=False),
    _document(
        "organisation_registration",
        "组织机构、社团登记证",
        "Registration of an organisation",
        _shaped(r"[\u4e00-\u9fff0-9A-Z()（）〔〕-]{4,40}"),
        person=False,
    ),
)


def _agent(code: str, zh: str, en: str, *, licensed: bool = False) -> AgentKind:
    return AgentKind(code=code, name=Text(zh=zh, en=en), licensed=licensed)


AGENT_KINDS: Final = (
    _agent("lawyer", "律师", "Lawyer", licensed=True),
    _agent("legal_worker", "基层法律服务工作者", "Grassroots legal worker", licensed=True),
    _agent("employee", "单位工作人员", "Member of the organisation's staff"),
    _agent("close_relative", "近亲属", "Close relative"),
    _agent("citizen", "公民", "Other citizen"),
    AgentKind(code="guardian", name=Text(zh="法定代理人", en="Representative by law"), by_law=True),
)


def _scope(code: str, mark: str, zh: str, en: str, allows: AgentAct | None = None) -> AgentScope:
    return AgentScope(code=code, mark=mark, name=Text(zh=zh, en=en), allows=allows)


AGENT_SCOPES: Final = (
    _scope(
        "apply_or_end",
        "①",
        "代为申请调解或者要求终止调解",
        "Apply for mediation or ask to end it",
        AgentAct.APPLY_OR_END,
    ),
    _scope(
        "evidence", "②", "代为收集、提供证据", "Collect and give evidence", AgentAct.GIVE_EVIDENCE
    ),
    _scope(
        "choose_mediator",
        "③",
        "代为选择或者接受人民调解员",
        "Choose or accept the mediator",
        AgentAct.CHOOSE_MEDIATOR,
    ),
    _scope(
        "concede",
        "④",
        "代为承认、变更、放弃调解请求",
        "Admit, change or give up claims",
        AgentAct.CONCEDE,
    ),
    _scope(
        "sign",
        "⑤",
        "代为参加调解，签署调查记录、调解记录、告知书、协议书",
        "Take part and sign records, notices and the agreement",
        AgentAct.SIGN,
    ),
    _scope("fetch_documents", "⑥", "代为领取文书", "Fetch documents", AgentAct.FETCH_COPIES),
    _scope("other", "⑦", "其他", "Other"),
)
