"""Checks at the lock how a text is to be signed: paper and witnesses need their reason."""

from datetime import date

from server.domain.agreement_text import needs_seal
from server.domain.case import Case
from server.domain.errors import InvalidValueError
from server.domain.jurisdiction.entries import ElectronicSigning
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.representation import signers
from server.domain.signing_route import RoutePlan

SHORTEST = 2
"""Characters of a reason."""


def expect_planned(plan: RoutePlan, case: Case, pack: JurisdictionPack, today: date) -> None:
    """Raise InvalidValueError for a plan that cannot be followed or lacks its reason.

    Where the law keeps the text on paper, that is the reason. An agent beside whom his
    company's seal must stand signs himself.
    """
    people = {person.id: person for person in signers(case, pack, today)}
    if plan.wet_ink and plan.witnessed:
        raise InvalidValueError(field="witnessed", reason="on_paper")
    for who in plan.witnessed:
        if who not in people:
            raise InvalidValueError(field="witnessed", reason="not_signer")
        if needs_seal(case, people[who], pack):
            raise InvalidValueError(field="witnessed", reason="company_seal")
    asked = plan.witnessed or (plan.wet_ink and not _by_law(case, pack))
    if asked and len(plan.reason.strip()) < SHORTEST:
        raise InvalidValueError(field="reason", reason="missing")


def _by_law(case: Case, pack: JurisdictionPack) -> bool:
    found = pack.electronic_signing(case.dispute_type, personal_status=case.touches_status)
    return found is not ElectronicSigning.ALLOWED
