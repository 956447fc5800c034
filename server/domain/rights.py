"""The notice of rights: read out block by block, heard, or passed over for a reason."""

from dataclasses import replace

from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.going import while_going
from server.domain.ids import PersonId
from server.domain.jurisdiction.texts import shown
from server.domain.session import RightsAnswer, Session
from server.domain.session_log import happened


@while_going
def read_rights(block: int) -> Decision:
    """Staff read one block of the notice out."""

    def decide(session: Session, facts: Facts) -> Step:
        if not 1 <= block <= facts.pack.rights_blocks:
            raise NotFoundError
        said = facts.pack.read_out[block - 1]
        what = happened("rights.read", facts.actor, block=block, **shown(said))
        read = replace(session, rights_block=block)
        return Step(session=read, logged=(what,), events=("rights",))

    return decide


@while_going
def hear_rights(person: PersonId, block: int) -> Decision:
    """A person says he has heard a block that was read out."""

    def decide(session: Session, facts: Facts) -> Step:
        if block > session.rights_block:
            raise WrongStateError(state="not_read_yet")
        if session.heard_block(person, block):
            return Step(session=session)
        heard = RightsAnswer(person_id=person, block=block, at=facts.now)
        what = happened("rights.ack", facts.actor, person=person, block=block)
        answers = (*session.rights_answers, heard)
        return Step(
            session=replace(session, rights_answers=answers), logged=(what,), events=("rights",)
        )

    return decide


@while_going
def skip_rights(reason: str) -> Decision:
    """Go on without every answer; the reason is printed in the minutes."""

    def decide(session: Session, facts: Facts) -> Step:
        skipped = replace(session, rights_skipped=reason)
        what = happened("rights.skipped", facts.actor)
        return Step(session=skipped, logged=(what,), events=("rights",))

    return decide
