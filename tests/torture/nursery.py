"""Gives birth to real servers quickly: what they load is loaded once, then each is forked off.

Says the process id of the pools' fork server, then reads one JSON order a line (as `serving` in
served.py writes it; `stopped`: wait for SIGCONT first) and answers with the process id.
The served process is the product's own `server.app.serve`; ended, it is gone without a trace.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from multiprocessing import forkserver
from typing import Any

from server.app import serve
from server.config import Settings
from server.documents.pool import PRELOADED
from tests.torture import broken, loop_watch, steps


def main() -> None:
    born: Any = forkserver._forkserver
    born.set_forkserver_preload(list(PRELOADED))
    born.ensure_running()
    # Its grandchildren share this one instead of loading everything again.
    born.ensure_running = lambda: None
    # Or each of them would load this program first, as multiprocessing does with a main module.
    vars(sys.modules["__main__"]).update(__spec__=None, __file__=None)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say(born._forkserver_pid)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(order)
        _say(child)


def _say(pid: int) -> None:
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()


def _be(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    said = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(ours, theirs)
    if order["stopped"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    os.environ.update(order["env"])
    code = 1
    try:
        if order["broken"]:
            broken.VARIANTS[order["broken"]]()
        watch = loop_watch.plant() if order["watch"] else None
        if order["fault"]:
            steps.plant(order["fault"], order["at"], order["env"].get("HEYI_DATABASE_URL", ""))
        asyncio.run(_serve(watch))
        code = 0
    except BaseException:  # noqa: BLE001  the last that is heard of it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


async def _serve(watch: loop_watch.Watch | None) -> None:
    ending = asyncio.Event()
    if watch is not None:
        loop_watch.tick(watch)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    await serve(Settings(), ending)


if __name__ == "__main__":
    main()
