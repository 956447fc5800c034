"""Streams of which the first piece had to be seen before anybody is promised the rest."""

from collections.abc import AsyncGenerator
from contextlib import aclosing


async def joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Return the stream whole again; who stops reading it ends the work behind it."""
    async with aclosing(rest) as opened:
        yield first
        async for piece in opened:
            yield piece
