"""Another device at somebody's seat: who sits there is asked anew."""

from dataclasses import replace

from server.domain.conduct import Decision, Facts, Step
from server.domain.ids import SeatId
from server.domain.session import Session


def take_over(seat: SeatId) -> Decision:
    """Staff let another device take a seat without its person's code: identity is owed again.

    Whoever has the link and four digits may have knocked; what was seen and said at the former
    device says nothing of him (在线调解规则 17). He waits in the lobby of his side.
    """

    def decide(session: Session, _facts: Facts) -> Step:
        one = next((each for each in session.participants if each.seat == seat), None)
        if one is None or one.person_id is None or session.over:
            return Step(session=session)
        waits = session.seated(replace(one, admitted=False))
        said = tuple(e for e in session.environments if e.person_id != one.person_id)
        taken = (*session.taken_over, one.person_id)
        after = replace(waits, taken_over=taken, environments=said)
        return Step(session=after, events=("identity",))

    return decide
