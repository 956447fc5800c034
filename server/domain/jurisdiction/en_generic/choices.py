"""The enumerations of the neutral pack: few entries, the same codes where the meaning is one."""

import re
from datetime import date
from typing import Final

from server.domain.errors import InvalidValueError
from server.domain.jurisdiction.entries import (
    AgentAct,
    AgentKind,
    AgentScope,
    Arbitration,
    CaseFileItem,
    DisputeType,
    IdentityDocument,
    KeepingRule,
    Result,
    RetentionClass,
    SignatureRule,
    Source,
)
from server.domain.jurisdiction.texts import Choice, Text


def _choices(**names: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, name=Text(en=name)) for code, name in names.items())


def _document_number(text: str, today: date) -> str:
    number = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9./-]{3,40}", number, re.ASCII):
        raise InvalidValueError(field="id_no", reason="form")
    return number


DISPUTE_TYPES: Final = (
    DisputeType(
        code="family",
        name=Text(en="Family and inheritance"),
        signature=SignatureRule.WET_INK,
    ),
    DisputeType(code="neighbours", name=Text(en="Neighbours")),
    DisputeType(code="contract", name=Text(en="Contract"), arbitration=Arbitration.AGREED),
    DisputeType(code="damages", name=Text(en="Damages")),
    DisputeType(code="employment", name=Text(en="Employment"), arbitration=Arbitration.AGREED),
    DisputeType(code="consumer", name=Text(en="Consumer"), arbitration=Arbitration.AGREED),
    DisputeType(code="other", name=Text(en="Other"), signature=SignatureRule.ASK),
)
SOURCES: Final = (
    Source(code="initiated", name=Text(en="Committee's initiative"), group=""),
    Source(code="applied", name=Text(en="On application"), group=""),
    Source(code="referred_court", name=Text(en="Referred by a court"), group="referred"),
    Source(code="referred_other", name=Text(en="Referred by another body"), group="referred"),
)
CHANNELS: Final = _choices(counter="Counter", telephone="Telephone", web="Web page")
RESULTS: Final = (
    Result(code="written_agreement", name=Text(en="Written agreement"), success=True),
    Result(code="oral_agreement", name=Text(en="Oral agreement"), success=True),
    Result(code="partial_agreement", name=Text(en="Partial agreement")),
    Result(code="no_agreement", name=Text(en="No agreement")),
    Result(code="withdrawn", name=Text(en="Withdrawn")),
)
END_REASONS: Final = _choices(
    refused="One side refused or gave up mediation",
    unreachable="Could not be reached in time",
    too_far_apart="Positions too far apart",
    period_over="Period over",
    signing_refused="A party did not sign",
    other="Other",
)
PARTY_KINDS: Final = _choices(person="Natural person", organisation="Organisation")
SIDES: Final = _choices(applicant="Applicant", respondent="Respondent", third="Third party")
CAPACITIES: Final = _choices(
    full="Full capacity", limited="Limited capacity", none="No capacity", doubtful="In doubt"
)
NEEDS: Final = _choices(
    large_print="Large print", read_aloud="Reading aloud", interpreter="Interpreter"
)
IDENTITY_DOCUMENTS: Final = (
    IdentityDocument(
        code="identity_card", name=Text(en="Identity card"), for_person=True, check=_document_number
    ),
    IdentityDocument(
        code="passport", name=Text(en="Passport"), for_person=True, check=_document_number
    ),
    IdentityDocument(
        code="registration", name=Text(en="Registration"), for_person=False, check=_document_number
    ),
)
AGENT_KINDS: Final = (
    AgentKind(code="lawyer", name=Text(en="Lawyer")),
    AgentKind(code="other", name=Text(en="Other agent")),
    AgentKind(code="guardian", name=Text(en="Representative by law"), by_law=True),
)
AGENT_SCOPES: Final = (
    AgentScope(code="concede", mark="1", name=Text(en="Concede"), allows=AgentAct.CONCEDE),
    AgentScope(code="sign", mark="2", name=Text(en="Sign"), allows=AgentAct.SIGN),
    AgentScope(
        code="fetch_documents", mark="3", name=Text(en="Fetch copies"), allows=AgentAct.FETCH_COPIES
    ),
)
PAYMENT_METHODS: Final = _choices(bank_transfer="Bank transfer", cash="Cash", set_off="Set-off")
CASE_FILE: Final = tuple(
    CaseFileItem(position=str(place), code=code, name=Text(en=name), compulsory=True)
    for place, (code, name) in enumerate(
        {
            "application": "Application",
            "rights_notice": "Rights and duties",
            "minutes": "Minutes",
            "agreement": "Agreement",
        }.items(),
        start=1,
    )
)
KEEPING: Final = (
    KeepingRule(
        dispute_type="", retention="long", basis=Text(en="Suggested: no law here names a period")
    ),
)
RETENTION: Final = (
    RetentionClass(code="long", name=Text(en="Ten years"), years=10),
    RetentionClass(code="permanent", name=Text(en="Permanent"), years=None),
)
