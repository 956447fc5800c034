"""How a case follows its sitting."""

from dataclasses import replace

from server.domain.case import Case, CaseState
from server.domain.session import Session, SessionState

NO_AGREEMENT = "no_agreement"
_RESULTS = {"settled_and_withdrawn": "settled_privately", "out_of_scope": "not_accepted"}


def result_of(end_reason: str) -> str:
    """Return the result that a case counts as, wherever it was ended for that reason."""
    return _RESULTS.get(end_reason, NO_AGREEMENT)


def follow(case: Case, session: Session) -> Case:
    """Return the case after what happened in the sitting.

    Opening begins the mediation; closing without agreement ends the case with the
    sitting's reason (人民调解法 art. 26).
    """
    if session.state is SessionState.OPEN and case.state is CaseState.ACCEPTED:
        return case.move(CaseState.MEDIATING)
    if session.state is not SessionState.CLOSED or session.outcome != "not_agreed":
        return case
    if CaseState.ENDED is case.state or case.state is CaseState.SEALED:
        return case
    ended = case.move(CaseState.ENDED)
    return replace(
        ended,
        result=result_of(session.end_reason),
        end_reason=session.end_reason,
        closed_at=session.closed_at,
    )
