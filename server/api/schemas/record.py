"""Sealed records: search, opening with a reason, what the verifier found."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from server.api.schemas.base import Ask, View


class RecordRow(View):
    """One sealed agreement in the list; no identity number, no content.

    `confirmation_depends`: a court may find that it confirms no such agreement.
    """

    id: str
    number: str
    parties: list[str]
    dispute_type: str
    sub_type: str
    amount: int
    effective_on: date
    confirmation_deadline: date | None
    confirmation_depends: bool
    mediator_name: str


class RecordList(View):
    """One page of records."""

    records: list[RecordRow]
    total: int
    page: int


class OpenRecord(Ask):
    """Why the record is opened; shown in it and logged."""

    reason: Annotated[str, Field(min_length=2, max_length=300)]


class FactView(View):
    """One statement of the verifier: true, false, or not decidable here."""

    code: str
    holds: bool | None
    parts: list[str]
    facts: dict[str, str | int]


class CourseRow(View):
    """One step of the course of events; `space` and `side` where it is a going or leaving.

    `scope` is the jurisdiction's code of what somebody consented to, refused or took back,
    `notice` that of what he was shown or read, in the words whose SHA-256 is `version`.
    `who` is the name of whom it concerns, else of who did it; empty for the server's own deeds.
    """

    at: datetime
    kind: str
    space: str | None
    side: str | None
    scope: str | None
    notice: str | None
    version: str | None
    who: str


class RecordSigner(View):
    """Who signed, how, and whether it holds.

    `how` is phone_code, phone_video (staff compared him on video), staff_key, wet_ink or
    witnessed; by the last two he signed with no key, and staff attest it.
    """

    signer: str
    name: str
    role: str
    signed_at: datetime
    how: str
    holds: bool | None
    has_handwriting: bool
    attested_by: list[str]


class OpeningRow(View):
    """That somebody opened the record before, and why."""

    at: datetime
    name: str
    reason: str


class RecordView(View):
    """An opened record. `opening` names this opening in the download routes.

    `suites` are what its signatures are made with, p256-sha256 or sm2-sm3, the seal's first.
    """

    id: str
    opening: str
    opened_at: datetime
    reason: str
    number: str
    parties: list[str]
    dispute_type: str
    sub_type: str
    amount: int
    effective_on: date
    confirmation_deadline: date | None
    confirmation_depends: bool
    facts: list[FactView]
    suites: list[str]
    verified_in_ms: int
    course: list[CourseRow]
    signers: list[RecordSigner]
    pages: int
    package_size: int
    manifest_sha256: str
    openings: list[OpeningRow]


class RecordedSeat(View):
    """Somebody whose sound and picture a recording holds."""

    seat: str
    name: str


class GridView(View):
    """The film of all participants: none, waiting, making, ready or failed.

    `percent` while it is made, `octets` when it is ready; `why` it failed is disk_full, disk,
    nothing or grid_lost.
    """

    state: str
    percent: int
    octets: int
    why: str


class RecordingRow(View):
    """One recording of a joint session.

    `state` is whole, cut_short, damaged, missing or destroyed; of the last two there is no film.
    """

    id: str
    started_at: datetime
    stopped_at: datetime | None
    reason: str
    state: str
    octets: int
    seats: list[RecordedSeat]
    grid: GridView


class RecordingList(View):
    """The recordings of a record's case; `may_watch` says whether the asker may see them."""

    recordings: list[RecordingRow]
    may_watch: bool
