"""Refuses decisions in a sitting that is over.

Whoever signs later, on the phone, before witnesses or on paper, signs by what the sitting
holds: nothing is added to it but what people take back or give of their consents (`conduct`).
What is still owed then needs another sitting.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from server.domain.errors import WrongStateError
from server.domain.session import Session

P = ParamSpec("P")
F = TypeVar("F")
S = TypeVar("S")


def expect_going(session: Session) -> None:
    """Raise WrongStateError once the sitting is over."""
    if session.over:
        raise WrongStateError(state=session.state)


def while_going(
    make: Callable[P, Callable[[Session, F], S]],
) -> Callable[P, Callable[[Session, F], S]]:
    """Let what `make` decides raise WrongStateError once the sitting is over."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Callable[[Session, F], S]:
        decide = make(*args, **kwargs)

        def going(session: Session, facts: F) -> S:
            expect_going(session)
            return decide(session, facts)

        return going

    return made
