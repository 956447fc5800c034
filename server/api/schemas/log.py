"""What a watcher of the log is told."""

from server.api.schemas.base import View


class LogProof(View):
    """A consistency proof (RFC 9162, 2.1.4) from `first` entries to the checkpoint's size.

    `hashes` are base64, in the order of the proof.
    """

    first: int
    checkpoint: str
    hashes: list[str]
