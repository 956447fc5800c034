"""The typed minutes of a sitting: sentences, versions, the parties' answers.

Any change of what the parties see makes a new version, so a party's answer never covers
words he has not seen (人民法院在线调解规则 art. 22 by analogy).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.domain.caucuses import Caucus
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import NotFoundError, StaleRevisionError, WrongStateError
from server.domain.going import while_going
from server.domain.ids import PersonId
from server.domain.session import MinutesAnswer, MinutesItem, MinutesMark, Session, SpaceKind
from server.domain.session_log import happened


def add(item: MinutesItem) -> Decision:
    """Append one sentence."""

    def decide(session: Session, facts: Facts) -> Step:
        return _changed(session, (*session.minutes, item), facts)

    return decide


def change(item: MinutesItem) -> Decision:
    """Replace a sentence, keeping its time; an empty text removes it."""

    def decide(session: Session, facts: Facts) -> Step:
        old = next((one for one in session.minutes if one.id == item.id), None)
        if old is None:
            raise NotFoundError
        new = (replace(item, at=old.at),) if item.text else ()
        at = session.minutes.index(old)
        items = (*session.minutes[:at], *new, *session.minutes[at + 1 :])
        return _changed(session, items, facts)

    return decide


def exported(items: Sequence[MinutesItem]) -> tuple[MinutesItem, ...]:
    """Return what may leave the hands of who conducts, be it for the parties: no concession.

    What was offered for the sake of peace must not be held against anybody later
    (最高人民法院民事诉讼法解释 art. 107, 人民法院在线调解规则 art. 18).
    """
    return tuple(one for one in items if one.mark is not MinutesMark.CONCESSION)


def printed(items: Sequence[MinutesItem], caucuses: Sequence[Caucus]) -> tuple[MinutesItem, ...]:
    """Return what may be printed for anybody: no concession, nothing written in a caucus.

    Earlier releases took sentences down in one, which `_changed` refuses now.
    """
    return tuple(
        one for one in exported(items) if not any(caucus.holds(one.at) for caucus in caucuses)
    )


def ready(session: Session, facts: Facts) -> Step:
    """Ask the parties to confirm this version; of concessions alone there is nothing to confirm."""
    if session.over:
        raise WrongStateError(state=session.state)
    if not exported(session.minutes):
        raise WrongStateError(state="empty")
    what = happened("minutes.ready", facts.actor, version=session.minutes_version)
    asked = replace(session, minutes_ready=True)
    return Step(session=asked, logged=(what,), events=("minutes",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's answer to one version."""

    version: int
    agreed: bool
    remark: str = ""


@while_going
def confirm(person: PersonId, said: Confirmation) -> Decision:
    """Record a person's answer to the version he saw."""

    def decide(session: Session, facts: Facts) -> Step:
        if said.version != session.minutes_version:
            raise StaleRevisionError(revision=session.minutes_version)
        if not session.minutes_ready:
            raise WrongStateError(state="minutes_not_ready")
        given = MinutesAnswer(
            person_id=person,
            version=said.version,
            agreed=said.agreed,
            remark=said.remark,
            at=facts.now,
        )
        others = tuple(a for a in session.minutes_answers if a.person_id != person)
        if any(replace(a, at=given.at) == given for a in session.minutes_answers):
            return Step(session=session)
        kind = "minutes.confirmed" if said.agreed else "minutes.disputed"
        what = happened(kind, facts.actor, person=person, version=said.version)
        answered = replace(session, minutes_answers=(*others, given))
        return Step(session=answered, logged=(what,), events=("minutes",))

    return decide


def _changed(session: Session, items: tuple[MinutesItem, ...], facts: Facts) -> Step:
    if session.over:
        raise WrongStateError(state=session.state)
    if session.space.kind is SpaceKind.CAUCUS:
        raise WrongStateError(state=SpaceKind.CAUCUS)  # nothing of it is ever written down
    changed = replace(session, minutes=items)
    if exported(items) != exported(session.minutes):  # else nobody is told that a concession was
        version = session.minutes_version + 1
        changed = replace(changed, minutes_version=version, minutes_ready=False)
    what = happened("minutes.item", facts.actor, version=changed.minutes_version)
    return Step(session=changed, logged=(what,), events=("minutes",))
