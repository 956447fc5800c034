"""Who writes a recording for the worker: a child of its own here, or the app on another host."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol


class Pen(Protocol):
    """Takes a stream of bytes, and tells lines about it; never keeps the worker waiting."""

    why: str
    """What it means for a recording that the lines ended by themselves."""
    slow: str
    """What it means that too much waits."""

    def write(self, content: bytes) -> None:
        """Have it written."""
        ...

    @property
    def waiting(self) -> int:
        """Return how many bytes are on the way."""
        ...

    def close(self) -> None:
        """Say that nothing more comes; what is on the way is still written."""
        ...

    def kill(self) -> None:
        """Have nothing more written, whatever is on the way."""
        ...

    def told(self) -> AsyncIterator[bytes]:
        """Yield lines of JSON until it has finished or failed."""
        ...


class ChildPen:
    """A child process that reads from a pipe."""

    why, slow = "recorder_lost", "recorder_slow"

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    @classmethod
    async def of(cls, argv: Sequence[str]) -> "ChildPen":
        """Start it; raise OSError."""
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe))

    def write(self, content: bytes) -> None:
        if self._child.stdin is not None:
            self._child.stdin.write(content)

    async def drain(self) -> None:
        """Wait until it has read most of what it was given."""
        if self._child.stdin is not None:
            await self._child.stdin.drain()

    @property
    def waiting(self) -> int:
        pipe = self._child.stdin
        return pipe.transport.get_write_buffer_size() if pipe else 0

    def close(self) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()

    async def gone(self) -> None:
        """Wait until it has ended."""
        await self._child.wait()

    async def told(self) -> AsyncIterator[bytes]:
        while self._child.stdout is not None and (line := await self._child.stdout.readline()):
            yield line
        await self.gone()
