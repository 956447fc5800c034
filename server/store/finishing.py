"""Lets a step with the database end before a cancellation is obeyed.

A driver interrupted in the middle of a statement may leave a connection behind that
still holds the writer's place. Every step is short or has a time limit of its own.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(step: Coroutine[Any, Any, T]) -> T:
    """Return what `step` returns. Cancelled meanwhile, wait for its end and then obey."""
    task = asyncio.get_running_loop().create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end_of(task)
        raise


async def _end_of(task: asyncio.Task[T]) -> None:
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue  # obeyed already, by the first one
    if not task.cancelled():
        task.exception()  # seen, so that nobody warns of it; the cancellation goes first
