"""What the desk reads of the minutes once they are written, sitting by sitting."""

from datetime import datetime

from server.api.schemas.base import View
from server.api.schemas.seat import MinutesLine


class MinutesReply(View):
    """What somebody answered to the version he was shown."""

    name: str
    version: int
    agreed: bool
    remark: str
    at: datetime


class SittingMinutes(View):
    """The minutes of one sitting; `left_out` counts concessions that this reader is not shown."""

    session_id: str
    opened_at: datetime | None
    closed_at: datetime | None
    version: int
    items: list[MinutesLine]
    left_out: int
    replies: list[MinutesReply]


class CaseMinutes(View):
    """The minutes of a case, oldest sitting first; sittings without any are left out."""

    sittings: list[SittingMinutes]
