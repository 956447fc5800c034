"""Where a sitting goes: lobby, joint session, caucus, and who of the staff goes along."""

from dataclasses import replace

from server.domain.case import Side
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import WrongStateError
from server.domain.going import while_going
from server.domain.session import JOINT, STAFF_LOBBY, Session, Space, SpaceKind
from server.domain.session_log import Happening, happened


def go_lobby(session: Session, facts: Facts) -> Step:
    """Everybody to the own lobby."""
    return _go(session, facts, STAFF_LOBBY)


def part_all(session: Session, facts: Facts) -> Step:
    """Everybody to the own lobby, to be admitted anew: who was sent back is not known for sure.

    Also of a sitting that rests, where everybody is in the own lobby already.
    """
    step = go_lobby(session, facts) if session.running else Step(session=session)
    inside = [one for one in session.participants if one.admitted]
    for one in inside:
        apart = step.session.seated(replace(one, admitted=False))
        step = replace(step, session=apart)
    back = (happened("return_to_lobby", facts.actor, person=one.person_id) for one in inside)
    return replace(step, logged=(*step.logged, *back), events=("moved", "returned"))


def go_joint(session: Session, facts: Facts) -> Step:
    """Open the joint session for everybody admitted; nobody owes anything by then."""
    return _go(session, facts, JOINT)


def go_reception(side: Side) -> Decision:
    """The mediator goes into one side's lobby."""
    return lambda session, facts: _go(session, facts, Space(kind=SpaceKind.RECEPTION, side=side))


def go_caucus(side: Side) -> Decision:
    """The mediator talks with one side alone."""
    return lambda session, facts: _go(session, facts, Space(kind=SpaceKind.CAUCUS, side=side))


def _go(session: Session, facts: Facts, space: Space) -> Step:
    if not session.running:
        raise WrongStateError(state=session.state)
    if session.space == space:
        return Step(session=session)
    logged = [_left(session.space, facts), _entered(space, facts)]
    # What was being read out was read to whoever was there: others have not heard it.
    return Step(
        session=replace(session, space=space, rights_block=0),
        logged=tuple(what for what in logged if what),
        events=("moved",),
    )


def _left(space: Space, facts: Facts) -> Happening | None:
    if space.kind is SpaceKind.LOBBY:
        return None
    return happened("room.close", facts.actor, space=space.kind, side=space.side)


def _entered(space: Space, facts: Facts) -> Happening | None:
    if space.kind is SpaceKind.LOBBY:
        return happened("room.lobby", facts.actor)
    return happened("room.open", facts.actor, space=space.kind, side=space.side)


@while_going
def recorder_goes_along(*, along: bool) -> Decision:
    """Whether the recorder goes along into a caucus."""

    def decide(session: Session, facts: Facts) -> Step:
        changed = replace(session, recorder_in_caucus=along)
        what = happened("recorder.caucus", facts.actor, along=along)
        return Step(session=changed, logged=(what,), events=("moved",))

    return decide
