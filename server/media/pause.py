"""Waiting by the event loop's clock, for a worker that has no other."""

import asyncio


async def pause(seconds: float) -> None:
    """Wait; cancelling it leaves no timer behind."""
    loop = asyncio.get_running_loop()
    rung = loop.create_future()
    timer = loop.call_later(seconds, rung.set_result, None)
    try:
        await rung
    finally:
        timer.cancel()
