"""When somebody who was identified is identified again: it may be another who sits there now.

Once staff gave his seat to another device without his code (whoever has the link and four
digits may have knocked), and after five minutes away. What was seen and said before says
nothing of who is there now (在线调解规则 17).
"""

from dataclasses import replace
from datetime import timedelta

from server.domain.conduct import Decision, Facts, Step
from server.domain.ids import SeatId
from server.domain.session import Session

AWAY = timedelta(minutes=5)
"""Whoever is back within it needs neither another check nor another admission."""


def identify_again(seat: SeatId) -> Decision:
    """Have a person identified again; he waits in the lobby of his side until then."""

    def decide(session: Session, _facts: Facts) -> Step:
        one = next((each for each in session.participants if each.seat == seat), None)
        if one is None or one.person_id is None or session.over:
            return Step(session=session)
        waits = session.seated(replace(one, admitted=False))
        said = tuple(e for e in session.environments if e.person_id != one.person_id)
        others = tuple(each for each in session.unproven if each != one.person_id)
        unproven = (*others, one.person_id)
        after = replace(waits, unproven=unproven, environments=said)
        return Step(session=after, events=("identity",))

    return decide
