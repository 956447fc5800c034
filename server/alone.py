"""What only one process on a data folder may do: locks beside the workers' sockets, `run/`.

flock(2): whoever is killed lets go, so that nothing stale is ever in the way of a next start.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from server.config import Settings
from server.domain.errors import DomainError

BESIDE_ANOTHER = 75
"""Exit status of `heyi app` where its data folder, database or archive is another's."""


class AlreadyRunningError(DomainError):
    """Another process does this on the same data folder."""

    code = "already_running"
    machine = True


@contextmanager
def alone(settings: Settings, part: str) -> Iterator[None]:
    """Be the only `part` (`serve`, `app`, `media-0`…) on this data folder meanwhile.

    Raises AlreadyRunningError at once where another is.
    """
    with turn(settings, part) as ours:
        if not ours:
            raise AlreadyRunningError
        yield


def expect_none(settings: Settings, part: str) -> None:
    """Raise AlreadyRunningError where there is such a part."""
    with alone(settings, part):
        pass


@contextmanager
def turn(settings: Settings, name: str) -> Iterator[bool]:
    """Yield whether nobody else has this turn; if so, it is ours meanwhile."""
    lock = settings.control_of(0).with_name(f"{name}.lock")
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(opened)
    finally:
        os.close(opened)


def _taken(opened: int) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
