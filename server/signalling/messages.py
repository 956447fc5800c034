"""Every Socket.IO message, client to server and back; PROTOCOL.md tells the story.

Requests are strict: unknown fields are refused, so nobody can name another sender.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.domain.case import PersonRole, Side
from server.domain.session import SessionState, SpaceKind
from server.rooms.view import Absence, Away, Network


class Request(BaseModel):
    """What a client may send."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=4_000
    )


class Reply(BaseModel):
    """The acknowledgement of every request."""

    model_config = ConfigDict(frozen=True)
    ok: bool
    code: str | None = None
    facts: dict[str, object] = Field(default_factory=dict)


class Enter(Request):
    """`enter`: take the own seat in this session."""

    session_id: Annotated[str, Field(max_length=40)]
    version: Literal[1] = 1


class Empty(Request):
    """A request without fields."""


class MediaAnswer(Request):
    """`media.answer`: the answer to `media.offer`."""

    connection: Annotated[str, Field(max_length=40)]
    sdp: Annotated[str, Field(max_length=64_000)]


class MediaStop(Request):
    """`media.stop`: close a connection of the own seat."""

    connection: Annotated[str, Field(max_length=40)]


class OwnMedia(Request):
    """`own.media`: what is on; others see the words, the server stops nothing."""

    microphone: bool
    camera: bool
    away: Away = "none"
    network: Network = "good"


class RightsHeard(Request):
    """`rights.heard` (party): I have heard this block."""

    block: Annotated[int, Field(ge=1, le=20)]


class DeclareEnvironment(Request):
    """`environment.declare` (party): who else is in the room with me; empty for nobody."""

    present: Annotated[str, Field(max_length=200)]


class CallMediator(Request):
    """`call.mediator` (party): only the staff see which."""

    wish: Literal["talk_alone", "cannot_talk", "break", "caucus_done", "come"]


class Stop(Request):
    """`stop` (party): ends the mediation; everybody is told the other remedies."""

    reason: Annotated[str, Field(max_length=300)] = ""


class WhichSeat(Request):
    """A staff command about one participant: `admit`, `return`, `device.admit` ..."""

    seat: Annotated[str, Field(max_length=40)]


class WhichSide(Request):
    """`space.reception`, `space.caucus`: with which side; minutes announced."""

    side: Side
    minutes: Annotated[int, Field(ge=1, le=120)] | None = None


class CheckIdentity(Request):
    """`identity.check` (staff): what was seen when comparing face and document."""

    seat: Annotated[str, Field(max_length=40)]
    document: Annotated[str, Field(max_length=40)]
    matches: bool
    phone_confirmed: bool = False


class OralConsent(Request):
    """`consent.oral` (staff): an answer given aloud on video, with the witness."""

    seat: Annotated[str, Field(max_length=40)]
    scope: Annotated[str, Field(max_length=60)]
    agreed: bool


class ReadRights(Request):
    """`rights.read` (staff): which block is read out now."""

    block: Annotated[int, Field(ge=1, le=20)]


class SkipRights(Request):
    """`rights.skip` (staff): go on without every answer, with the reason."""

    reason: Annotated[str, Field(min_length=2, max_length=300)]


class TellSide(Request):
    """`tell` (staff): a neutral line for a side that waits."""

    side: Side
    text: Annotated[str, Field(min_length=1, max_length=200)]


Mark = Literal["statement", "undisputed", "disputed", "concession", "notice", "answer", "procedure"]


class AddMinutes(Request):
    """`minutes.add` (staff): one sentence."""

    speaker: Annotated[str, Field(max_length=50)]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    mark: Mark


class ChangeMinutes(Request):
    """`minutes.change` (staff): replace a sentence; an empty text removes it."""

    id: Annotated[str, Field(max_length=40)]
    speaker: Annotated[str, Field(max_length=50)]
    text: Annotated[str, Field(max_length=1_000)]
    mark: Mark


class ConfirmMinutes(Request):
    """`minutes.confirm` (party): the own answer to one version."""

    version: Annotated[int, Field(ge=0)]
    agreed: bool
    remark: Annotated[str, Field(max_length=500)] = ""


class RecorderSetting(Request):
    """`recorder.caucus` (staff): whether the recorder goes along into a caucus."""

    along: bool


class Adjourn(Request):
    """`adjourn` (staff): when to go on; none leaves it open."""

    next_at: datetime | None = None


class Close(Request):
    """`close` (staff): how the sitting ended."""

    outcome: Literal["agreed", "partly_agreed", "not_agreed"]
    end_reason: Annotated[str, Field(max_length=60)] = ""
    note: Annotated[str, Field(max_length=500)] = ""


class IceServer(BaseModel):
    """A TURN relay and the own seat's pass for it, as RTCIceServer wants them."""

    urls: list[str]
    username: str
    credential: str


class Offer(BaseModel):
    """`media.offer` to the client: a new connection for the own seat.

    `ice_servers` goes into the RTCPeerConnection as it is; most installations have none.
    """

    connection: str
    sdp: str
    ice_servers: list[IceServer]


StaffRole = Literal["mediator", "recorder", "head"]


class SeatState(BaseModel):
    """One participant as the viewer may see him.

    `staff_role` is what he is to the case, or else in the committee; `chair`: he conducts now.
    `beside` names who else hears and is heard at his device: whom he named himself, once he has
    said it and if the viewer is staff, of his side, or within hearing; till then companions
    who have no link of their own.
    """

    seat: str
    you: bool
    staff_role: StaffRole | None
    chair: bool
    person_id: str | None
    person_role: PersonRole | None
    side: Side | None
    name: str
    party: str
    beside: list[str]
    present: bool
    absence: Absence
    since: datetime | None
    space: SpaceKind
    admitted: bool
    microphone: bool
    camera: bool
    speaking: bool
    network: Literal["good", "weak", "audio_only"]


class SlotState(BaseModel):
    """Which participant sits in one of the own downlink slots.

    `video` is false while the own line is too weak for that picture.
    """

    slot: int
    seat: str
    audio: bool
    video: bool


class DeskConsent(BaseModel):
    """One consent somebody is asked for: the answer that counts, and whether he took it back.

    `wish` is what a ward himself said, for whom another answers by law.
    """

    scope: str
    agreed: bool | None
    withdrawn: bool
    wish: bool | None


class DeskSeat(BaseModel):
    """What only staff see about a participant; `consents`: those that he is asked for.

    `decided_by` are the seats of those whose answers count for a ward, None for everybody else.
    `locked_link` is the id of his invitation while it takes no more digits, for unlocking it.
    """

    seat: str
    identity: Literal["unchecked", "matches", "differs"]
    consents: list[DeskConsent]
    decided_by: list[str] | None
    online_consent: bool | None
    rights_heard: int
    environment: str | None
    call: str | None
    device_waiting: bool
    locked_link: str | None
    owed: list[str]


class DeskState(BaseModel):
    """The mediator's side of the snapshot: what is owed before the next step."""

    seats: list[DeskSeat]
    owed_for_joint: list[str]
    media_ok: bool
    log_ok: bool
    recorder_in_caucus: bool
    elapsed_s: int
    owed_for_recording: list[str]


class RecordingState(BaseModel):
    """Whether this session is recorded, for everybody in it.

    `on` while the worker has confirmed that it writes; `waiting` while a recording was
    started and nothing is written, as in a caucus or a pause; `stopped` after the last
    one; `stopping` before either, until the worker has confirmed that it does not write, or is
    away for so long that it surely does not. Only staff are told the `reason`: mediator,
    withdrawn, not_agreed, over, or what the media plane says. Who is not admitted is told `off`.
    """

    state: Literal["off", "on", "waiting", "stopping", "stopped"]
    since: datetime | None
    reason: str
    own_consent: bool | None


class MinutesItemState(BaseModel):
    """One sentence of the minutes."""

    id: str
    at: datetime
    speaker: str
    text: str
    mark: str


class MinutesState(BaseModel):
    """The minutes as staff write and parties confirm them; no party gets a concession."""

    version: int
    ready: bool
    items: list[MinutesItemState]
    answers: dict[str, bool]


class Snapshot(BaseModel):
    """The whole state as one viewer may know it; `n` grows with every change.

    `lamp` is `cutting` until the worker has confirmed the edge table, then `isolated`;
    `failed` keeps the own sound off. `audience` names the seats that hear the viewer;
    `unseen_by` those of them who do not see him, because their line is too weak for his picture;
    `rights_heard` and `environment` are the viewer's own answers; `environment` is null before he
    has said who is with him, and empty where nobody is; `identified`: his document was compared.
    Where `device` is `waiting` nothing else is told but that the sitting is over.
    """

    n: int
    session_id: str
    state: SessionState
    space: SpaceKind
    caucus_side: Side | None
    since: datetime
    hold: Literal["none", "other_side_talks", "paused", "mediator_lost"]
    hold_minutes: int | None
    hold_text: str
    lamp: Literal["none", "cutting", "isolated", "failed"]
    lamp_at: datetime | None
    audience: list[str]
    unseen_by: list[str]
    seats: list[SeatState]
    slots: list[SlotState]
    device: Literal["holder", "waiting"]
    rights_block: int
    rights_total: int
    rights_heard: list[int]
    environment: str | None
    identified: bool
    minutes: MinutesState
    agreement_revision: int
    agreement_state: str | None
    reading: str | None
    recording: RecordingState
    outcome: str
    end_reason: str
    desk: DeskState | None


class Change(BaseModel):
    """`change` to the client: numbered happenings and the state after them."""

    n: int
    events: list[str]
    snapshot: Snapshot
