"""Waiting for what other tasks, threads and processes bring about."""

import asyncio
from collections.abc import Awaitable, Callable

LOOK_EVERY_S = 0.01


async def until(condition: Callable[[], bool], *, within: float = 8) -> None:
    """Return as soon as the condition holds; raise TimeoutError if it never does."""
    async with asyncio.timeout(within):
        while not condition():  # nothing here could set an event
            await asyncio.sleep(LOOK_EVERY_S)


async def until_told(ask: Callable[[], Awaitable[bool]], *, within: float = 20) -> None:
    """Return as soon as the answer is yes; raise TimeoutError if it never is."""
    async with asyncio.timeout(within):
        while not await ask():
            await asyncio.sleep(LOOK_EVERY_S)
