"""Runs asynchronous code of libraries to its end, where no event loop runs: in the pool."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def to_end(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns, as asyncio.run, without having it described.

    asyncio.run puts SIGINT's handler back with signal.signal, and Python 3.11 makes there the
    words of an error that it throws away: repr() of the finished task and so of its result. A CMS
    object describes itself by encoding itself, at times so that it must be encoded anew on every
    level of what it is put into: one signature's stamp took more than five minutes.
    """
    results = list[T]()

    async def kept() -> None:
        results.append(await work)

    asyncio.run(kept())
    return results[0]
