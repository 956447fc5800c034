"""Who keeps checkpoints of the log out of this server's reach."""

from typing import Protocol

from server.domain.checkpoint import Checkpoint


class Witness(Protocol):
    """A place that somebody else looks after."""

    async def show(
        self, checkpoint: Checkpoint, public_key: bytes, stamp: bytes | None = None
    ) -> bool:
        """Hand over a checkpoint with the log's key as PEM; False to be asked again later.

        `stamp` is the time stamp token over its text; a checkpoint that has none yet is shown
        without, and once more with it.
        The same checkpoint may be shown twice, and some be left out: each one vouches for
        everything before it.
        """
        ...
