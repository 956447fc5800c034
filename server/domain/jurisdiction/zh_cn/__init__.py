"""People's mediation in mainland China: the pack the product is made for."""

from datetime import date
from typing import Final

from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Text
from server.domain.jurisdiction.zh_cn import agreement, choices, people
from server.domain.jurisdiction.zh_cn.consents import CONSENTS
from server.domain.jurisdiction.zh_cn.holidays import CALENDAR, FIXED_HOLIDAYS
from server.domain.jurisdiction.zh_cn.keeping import KEEPING
from server.domain.jurisdiction.zh_cn.notices import NOTICES
from server.domain.jurisdiction.zh_cn.withdrawals import WITHDRAWALS

PACK: Final = JurisdictionPack(
    code="zh_cn",
    name=Text(zh="中国大陆人民调解", en="People's mediation, mainland China"),
    languages=("zh-CN", "en"),
    checked_on=date(2025, 4, 19),
    currency="CNY",
    utc_offset_minutes=480,
    calendar=CALENDAR,
    fixed_holidays=FIXED_HOLIDAYS,
    number_format=agreement.NUMBER_FORMAT,
    number_pattern=agreement.NUMBER_PATTERN,
    dispute_types=choices.DISPUTE_TYPES,
    sources=choices.SOURCES,
    channels=choices.CHANNELS,
    results=choices.RESULTS,
    end_reasons=choices.END_REASONS,
    party_kinds=choices.PARTY_KINDS,
    sides=choices.SIDES,
    capacities=choices.CAPACITIES,
    needs=choices.NEEDS,
    identity_documents=people.IDENTITY_DOCUMENTS,
    agent_kinds=people.AGENT_KINDS,
    agent_scopes=people.AGENT_SCOPES,
    payment_methods=choices.PAYMENT_METHODS,
    case_file=choices.CASE_FILE,
    retention=choices.RETENTION,
    keeping=KEEPING,
    personal_status_question=agreement.PERSONAL_STATUS,
    confirmation_questions=agreement.CONFIRMATION_QUESTIONS,
    consents=CONSENTS,
    withdrawals=WITHDRAWALS,
    notices=NOTICES,
    agreement=agreement.TEXTS,
    clauses=agreement.CLAUSES,
)
