"""`heyi` with a hole in its audience: in a caucus the excluded side goes on hearing the chair.

Seeded to show that the journeys notice a leak. It is started like the program itself, as
`python -m tests.journeys.leaky_server serve --demo`, and starts its parts the same way.
"""

import os
import sys

from server import supervisor
from server.domain import audience
from server.domain.session import Session, SpaceKind

_tight = audience.hearing


def _leaking(session: Session) -> frozenset[audience.Pair]:
    pairs = _tight(session)
    if session.space.kind is not SpaceKind.CAUCUS:
        return pairs
    chair = next(one.seat for one in session.participants if one.staff_id == session.chair)
    shut_out = (
        one.seat for one in session.participants if one.side not in {None, session.space.side}
    )
    return pairs | {(chair, seat) for seat in shut_out}


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", __spec__.name, *words, f"--parent={os.getpid()}"]


if __name__ == "__main__":
    audience.hearing = _leaking
    supervisor.command = _command
    from server.__main__ import main  # the holes come first

    sys.exit(main())
