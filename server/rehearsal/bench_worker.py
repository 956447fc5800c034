"""The worker under measurement: a real one, as a process of its own.

Run as `python -m server.rehearsal.bench_worker PARENT CORE SOCKET CONNECTIONS ENGINE RECORDINGS
[PROFILE]`.
"""

import asyncio
import cProfile
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from server.media.engine import Engine
from server.media.engines import choose_engine
from server.media.settings import WorkerSettings
from server.media.sweep import seldom
from server.media.worker import run_worker
from server.recorder import write_command
from server.rehearsal.bench_process import say, settle


def main(words: Sequence[str]) -> None:
    """Serve until SIGTERM; with a last word, write what cProfile saw there."""
    parent, core, socket, connections, engine, recordings, *profile = words
    place = settle(int(parent), int(core) if core != "None" else None)
    settings = WorkerSettings(
        control=Path(socket),
        max_connections=int(connections),
        max_rooms=int(connections),
        # A word of the command line; an unknown one counts as "auto".
        engine=cast("Any", engine),
        recorder=write_command(Path(recordings)),
    )
    say(
        engine=_name(choose_engine(settings)),
        pinned=place.core is not None,
        realtime=place.realtime,
    )
    if not profile:
        asyncio.run(_serve(settings))
        return
    with cProfile.Profile() as seen:
        asyncio.run(_serve(settings))
    seen.dump_stats(profile[0])


def _name(engine: Engine) -> str:
    return type(engine).__name__.removesuffix("Engine").lower()


async def _serve(settings: WorkerSettings) -> None:
    worker = asyncio.current_task()
    if worker is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.cancel)
    with suppress(asyncio.CancelledError):
        await run_worker(settings, collect=seldom())


if __name__ == "__main__":
    main(sys.argv[1:])
