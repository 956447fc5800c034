"""Waiting by the event loop's clock, for a worker that has no other."""

import asyncio


async def pause(seconds: float) -> None:
    """Wait; cancelling it leaves no timer behind."""
    loop = asyncio.get_running_loop()
    rung = loop.create_future()
    timer = loop.call_later(seconds, _ring, rung)
    try:
        await rung
    finally:
        timer.cancel()


def _ring(rung: "asyncio.Future[None]") -> None:
    # Cancelled and due at the same moment: the timer may have been on its way already.
    if not rung.done():
        rung.set_result(None)
