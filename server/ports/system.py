"""Time, identifiers, randomness and work that burns processor time."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """The only source of time, so that tests can move it."""

    def now(self) -> datetime:
        """Return the time as aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Ids(Protocol):
    """The only source of identifiers and secrets."""

    def new(self) -> str:
        """Return a UUIDv7 (RFC 9562) as 32 hexadecimal digits, growing with time."""
        ...

    def token(self) -> str:
        """Return 128 random bits as 22 URL-safe characters."""
        ...

    def digits(self, length: int) -> str:
        """Return `length` random decimal digits."""
        ...

    def bytes(self, length: int) -> bytes:
        """Return random bytes."""
        ...


class WorkPool(Protocol):
    """Runs a module-level function in another process; the loop never waits on CPU."""

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Return what `work(*args)` returns there, raising what it raises."""
        ...
