"""Who keeps checkpoints of the log out of this server's reach."""

from enum import Enum
from typing import NamedTuple, Protocol

from server.domain.checkpoint import Checkpoint


class Proof(NamedTuple):
    """What shows that a tree only added to the one of `first` entries; as FORMAT.md writes it."""

    first: int
    content: bytes


class Answer(Enum):
    """What a witness says to a checkpoint."""

    TAKEN = "taken"
    LATER = "later"
    """Nothing is wrong; it wants none now, and the newest when it is asked again."""

    REFUSED = "refused"


class Witness(Protocol):
    """A place that somebody else looks after."""

    @property
    def place(self) -> str:
        """Return where it is; at another place is another witness."""
        ...

    async def show(
        self,
        checkpoint: Checkpoint,
        public_key: bytes,
        stamp: bytes | None = None,
        proof: Proof | None = None,
    ) -> Answer:
        """Hand over a checkpoint with the log's key as PEM.

        `stamp` is the time stamp token over its text; a checkpoint that has none yet is shown
        without, and once more with it.
        The same checkpoint may be shown twice, and some be left out: each one vouches for
        everything before it, by `proof`, from the last one that was taken here.
        """
        ...
