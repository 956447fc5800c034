"""Whether a court may confirm an agreement: what the mediator says of its text, and what follows.

民事诉讼法 205; a court takes up nothing about marriage, parentage, adoption, title or intellectual
property (民诉法解释 355), and of a labour agreement payments alone (劳动争议解释（一）52).
"""

from dataclasses import replace

from server.domain.agreement import Agreement, AgreementState
from server.domain.case import Case
from server.domain.errors import InvalidValueError, WrongStateError
from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Question


def asked_of(case: Case, pack: JurisdictionPack) -> tuple[Question, ...]:
    """Return what the mediator is asked of the text, nothing where it does not depend on it."""
    return pack.confirmation_asked(case.dispute_type, personal_status=case.touches_status)


def confirmation_of(case: Case, agreement: Agreement, pack: JurisdictionPack) -> CourtConfirmation:
    """Return whether a court may confirm what is agreed, by what the mediator said of the text."""
    return pack.court_confirmation(
        case.dispute_type,
        personal_status=case.touches_status,
        answers=agreement.confirmation_answers,
    )


def said(
    agreement: Agreement, case: Case, pack: JurisdictionPack, *, question: str, answer: bool | None
) -> Agreement:
    """Return the draft with the answer to one question; None leaves it open again.

    Raises WrongStateError once the text is locked, InvalidValueError for a question that is
    not asked in this case.
    """
    if agreement.state is not AgreementState.DRAFTING:
        raise WrongStateError(state=agreement.state)
    if question not in {one.code for one in asked_of(case, pack)}:
        raise InvalidValueError(field="question", reason="not_asked")
    kept = {
        code: given for code, given in agreement.confirmation_answers.items() if code != question
    }
    after = kept if answer is None else kept | {question: answer}
    return replace(agreement, confirmation_answers=after)
