"""The identifiers of every thing, so that one is never passed for another."""

import re
from typing import NewType

CommitteeId = NewType("CommitteeId", str)
StaffId = NewType("StaffId", str)
CaseId = NewType("CaseId", str)
PartyId = NewType("PartyId", str)
PersonId = NewType("PersonId", str)
InvitationId = NewType("InvitationId", str)
SessionId = NewType("SessionId", str)
AgreementId = NewType("AgreementId", str)
ClauseId = NewType("ClauseId", str)
RecordId = NewType("RecordId", str)
RecordingId = NewType("RecordingId", str)
FileId = NewType("FileId", str)
MessageId = NewType("MessageId", str)

# A room is the live side of a session and carries the session's identifier.
RoomId = NewType("RoomId", str)
# One peer connection of one seat; a seat that rebuilds its connection gets a new one.
ConnectionId = NewType("ConnectionId", str)
# A place in a room: a person on a party's side, or a member of staff.
SeatId = NewType("SeatId", str)

_OWN = re.compile(r"[0-9a-f]{32}")


def is_id(text: str) -> bool:
    """Return whether it has the form of an identifier of ours, as `Ids.new` makes them."""
    return _OWN.fullmatch(text) is not None
