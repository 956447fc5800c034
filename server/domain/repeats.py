"""What a person says again: once is enough, and not without end.

A sitting and its log keep whatever is said; one browser must not be able to fill them.
"""

from dataclasses import replace

from server.domain.errors import TooManyTriesError
from server.domain.session import Consent, Environment, Session

MOST = 50
"""So often one person may answer the same question otherwise than before, in one sitting."""


def says_anew(session: Session, said: Consent | Environment) -> bool:
    """Whether it is other than what the person said last, or said otherwise.

    Raises TooManyTriesError where he has said it anew too often; whoever takes a consent
    back is never refused.
    """
    earlier = _earlier(session, said)
    if earlier and _alike(earlier[-1], said):
        return False
    agreeing = [one for one in earlier if isinstance(one, Environment) or one.agreed]
    if len(agreeing) >= MOST and (isinstance(said, Environment) or said.agreed):
        raise TooManyTriesError(limit=MOST)
    return True


def refused_again(session: Session, said: Consent) -> Session:
    """Count what he refused once more, so that no agreement that came late outlasts it."""
    if said.agreed:
        return session
    last = session.given(said.person_id, said.scope)[-1]
    more = replace(last, times=last.times + 1)
    return replace(session, consents=tuple(more if c is last else c for c in session.consents))


def _alike(earlier: Consent | Environment, said: Consent | Environment) -> bool:
    if isinstance(earlier, Consent):
        earlier = replace(earlier, times=1)
    return replace(earlier, at=said.at) == said


def _earlier(session: Session, said: Consent | Environment) -> list[Consent | Environment]:
    """Return what the person said to the same question, the latest last."""
    if isinstance(said, Environment):
        return [one for one in session.environments if one.person_id == said.person_id]
    return [one for one in session.answers(said.scope) if one.person_id == said.person_id]
