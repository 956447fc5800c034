"""What a watcher of the log is told, and what staff see of it."""

from datetime import datetime

from server.api.schemas.base import View


class LogProof(View):
    """A consistency proof (RFC 9162, 2.1.4) from `first` entries to the checkpoint's size.

    `hashes` are base64, in the order of the proof.
    """

    first: int
    checkpoint: str
    hashes: list[str]


class LogEntryView(View):
    """One entry of the session log."""

    seq: int
    at: datetime
    kind: str
    actor: str
    actor_name: str
    facts: dict[str, str | int | bool | None]
    hash: str


class LogView(View):
    """The case's session log and its head.

    `names` are those of the ids in it that the reader may know; `covered` of the entries
    stand in the newest signed checkpoint.
    """

    case_no: str
    entries: list[LogEntryView]
    head: str
    names: dict[str, str]
    covered: int


class LogRow(View):
    """One case's log in the list; nothing of its people or its matter."""

    case_id: str
    case_no: str
    registered_at: datetime
    entries: int
    last_at: datetime | None


class LogCheckpoint(View):
    """The newest signed checkpoint: the log's name, how many entries it holds, and when.

    `stamped` tells whether it has its time stamp.
    """

    origin: str
    size: int
    at: datetime
    stamped: bool


class LogList(View):
    """One page of logs, and the newest checkpoint where there is one."""

    logs: list[LogRow]
    total: int
    page: int
    checkpoint: LogCheckpoint | None
