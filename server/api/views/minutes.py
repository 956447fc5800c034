"""Renders the minutes for the desk."""

from collections.abc import Mapping

from server.api.schemas import minutes as wire
from server.api.schemas.seat import MinutesLine
from server.domain.ids import PersonId
from server.domain.session import MinutesAnswer, MinutesItem
from server.usecases.see_minutes import SeenMinutes, SeenSitting


def case_minutes(seen: SeenMinutes) -> wire.CaseMinutes:
    """Return the minutes of every sitting that has some."""
    return wire.CaseMinutes(sittings=[_sitting(one, seen.names) for one in seen.sittings])


def minutes_line(item: MinutesItem) -> MinutesLine:
    """Return one sentence."""
    return MinutesLine(id=item.id, at=item.at, speaker=item.speaker, text=item.text, mark=item.mark)


def _sitting(seen: SeenSitting, names: Mapping[PersonId, str]) -> wire.SittingMinutes:
    session = seen.session
    return wire.SittingMinutes(
        session_id=session.id,
        opened_at=session.opened_at,
        closed_at=session.closed_at,
        version=session.minutes_version,
        items=[minutes_line(item) for item in seen.items],
        left_out=len(session.minutes) - len(seen.items),
        replies=[_reply(one, names) for one in session.minutes_answers],
    )


def _reply(answer: MinutesAnswer, names: Mapping[PersonId, str]) -> wire.MinutesReply:
    return wire.MinutesReply(
        name=names.get(answer.person_id, ""),
        version=answer.version,
        agreed=answer.agreed,
        remark=answer.remark,
        at=answer.at,
    )
