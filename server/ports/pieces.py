"""Large content piece by piece: a copy of it in one step keeps everybody from the interpreter.

8 MB take 5 to 8 ms on the machines we measured, and the event loop waits that long, whichever
thread copies.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

PIECE = 64 * 1024
"""Bytes that one turn of the loop may hand on."""
MUCH = 1024 * 1024
"""Bytes from which on joining gives the interpreter away meanwhile (CPython's bytes.join)."""


async def in_pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    """Hand content over, each piece of it in a turn of its own."""
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
        await asyncio.sleep(0)  # noqa: TID251  a turn of the loop, not time


async def in_one(pieces: Sequence[bytes]) -> bytes:
    """Return the pieces as one; a single one is not even copied."""
    if len(pieces) == 1 or sum(map(len, pieces)) < MUCH:
        return b"".join(pieces)
    return await asyncio.to_thread(b"".join, pieces)


async def joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Return a stream whole again of which one piece had to be seen before the rest is promised.

    Who stops reading it ends the work behind it.
    """
    async with aclosing(rest) as opened:
        yield first
        async for piece in opened:
            yield piece
