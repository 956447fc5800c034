"""A small neutral pack in English, for committees elsewhere; it rests on no statute.

It follows the UNCITRAL Technical Notes on Online Dispute Resolution (2016) and Model Law on
Electronic Signatures (2001, art. 6) in spirit. Whoever uses it adapts and approves its words.
"""

import re
from datetime import date
from typing import Final

from server.domain.calendar import HolidayCalendar
from server.domain.jurisdiction.en_generic import choices, notices
from server.domain.jurisdiction.en_generic.consents import CONSENTS, WITHDRAWALS
from server.domain.jurisdiction.entries import AgreementTexts, ClauseRules
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Text

_AGREEMENT: Final = AgreementTexts(
    effect=Text(
        en="This agreement takes effect on the day on which all parties and the mediator have "
        "signed and the committee has sealed it. It is to be performed as agreed."
    ),
    remedies=Text(en="A dispute about this agreement may be brought before the competent court."),
    confirmation=None,
    confirmation_if_open=None,
    labour_remedies=None,
    without_prejudice=Text(
        en="What a party conceded in order to agree is not to be used against it in later "
        "proceedings, unless the law provides otherwise or all parties consent."
    ),
    electronic_form=Text(
        en="This agreement is made in electronic form; how it is signed, kept and delivered "
        "follows the consents each party gave."
    ),
    paper_form=Text(
        en="This agreement is signed on paper; scans of the signed pages, compared page by page, "
        "are kept with this file."
    ),
    copies=Text(en="Made in {copies} copies: one for each party, one for the committee."),
    knowledge_clause=None,
)

_CLAUSES: Final = ClauseRules(
    waiver=(
        re.compile(r"waiv\w*[^.;]{0,40}\b(?:sue|suit|action|court|arbitrat\w+|proceedings)", re.I),
        re.compile(
            r"(?:shall|may|will|must) (?:not|never|no longer)"
            r"[^.;]{0,24}\b(?:sue|bring (?:an )?action|go to court|litigate|commence proceedings)",
            re.I,
        ),
    ),
    printed_number=re.compile(r"\s*(?:[Cc]lause |[Aa]rticle )?(?P<figure>\d{1,2})[.)]\s"),
)

PACK: Final = JurisdictionPack(
    code="en_generic",
    name=Text(en="Neutral mediation"),
    languages=("en",),
    checked_on=date(2025, 4, 19),
    currency="EUR",
    utc_offset_minutes=0,
    calendar=HolidayCalendar(weekends_suffice=True),
    fixed_holidays=(),
    number_format="{prefix}-{year}-{serial:03d}",
    number_pattern=re.compile(r"(?P<prefix>\S{1,12})-(?P<year>\d{4})-(?P<serial>\d{1,6})"),
    dispute_types=choices.DISPUTE_TYPES,
    sources=choices.SOURCES,
    channels=choices.CHANNELS,
    results=choices.RESULTS,
    end_reasons=choices.END_REASONS,
    party_kinds=choices.PARTY_KINDS,
    sides=choices.SIDES,
    capacities=choices.CAPACITIES,
    needs=choices.NEEDS,
    identity_documents=choices.IDENTITY_DOCUMENTS,
    agent_kinds=choices.AGENT_KINDS,
    agent_scopes=choices.AGENT_SCOPES,
    payment_methods=choices.PAYMENT_METHODS,
    case_file=choices.CASE_FILE,
    retention=choices.RETENTION,
    keeping=choices.KEEPING,
    personal_status_question=notices.PERSONAL_STATUS,
    confirmation_questions=(),
    consents=CONSENTS,
    withdrawals=WITHDRAWALS,
    notices=notices.NOTICES,
    agreement=_AGREEMENT,
    clauses=_CLAUSES,
)
