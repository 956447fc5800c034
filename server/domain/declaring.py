"""In which sitting somebody declares before witnesses, and whether he is recorded in it.

A declaration is of the text as it was locked: a sitting, or a recording, that had ended by then
holds nothing of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from server.domain.case import Case
from server.domain.ids import PersonId, SeatId
from server.domain.recording import sources
from server.domain.session import Recording, Session
from server.domain.wards import Wards


class Taping(StrEnum):
    """What is told to who writes a declaration down, before he confirms it."""

    ON = "on"
    """What the party says now is recorded."""
    ENDED = "ended"
    """He was recorded since the text was locked, and is not now."""
    NONE = "none"
    """There is a sitting, and nothing of him was recorded in it since."""
    NO_SITTING = "no_sitting"
    """No sitting was open since the text was locked: there was no video."""


def sitting_of(sessions: Sequence[Session], locked_at: datetime) -> Session | None:
    """Return the latest sitting that was open since the text was locked."""
    seen = [one for one in sessions if one.opened_at is not None]
    last = seen[-1] if seen else None
    return last if last is not None and _lasted(last.closed_at, locked_at) else None


def recording_of(session: Session, signer: str, locked_at: datetime) -> Recording | None:
    """Return the latest recording of the sitting with this person in it since then."""
    own = seats_of(session, signer)
    found = [
        one
        for one in session.recordings
        if own.intersection(one.seats) and _lasted(one.stopped_at, locked_at)
    ]
    return found[-1] if found else None


def seats_of(session: Session, signer: str) -> frozenset[SeatId]:
    """Return the phones by which a person is seen and heard: his own, or one he sits beside."""
    beside = (one.seat for one in session.participants if PersonId(signer) in one.beside)
    return frozenset({SeatId(signer), *beside})


def taping(
    session: Session | None, case: Case, signer: str, locked_at: datetime, wards: Wards
) -> Taping:
    """Return whether what a person declares now is recorded."""
    if session is None:
        return Taping.NO_SITTING
    if sources(session, case, wards) & seats_of(session, signer):
        return Taping.ON
    return Taping.ENDED if recording_of(session, signer, locked_at) else Taping.NONE


def told_of_sitting(session: Session) -> dict[str, object]:
    """Return how a statement names a sitting."""
    return {
        "id": session.id,
        "opened_at": _moment(session.opened_at),
        "closed_at": _moment(session.closed_at),
    }


def told_of_recording(recording: Recording, chunks: int, head: str) -> dict[str, object]:
    """Return how a statement names a recording, as far as the log vouches for it."""
    return {
        "id": recording.id,
        "started_at": _moment(recording.started_at),
        "stopped_at": _moment(recording.stopped_at),
        "chunks": chunks,
        "head_sha256": head,
    }


def _lasted(ended: datetime | None, until: datetime) -> bool:
    return ended is None or ended > until


def _moment(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
