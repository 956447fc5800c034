"""The composition root of the two children that touch recordings: one writes, one shows.

`python -m server.recorder write FOLDER` is what a media worker starts for each recording,
`python -m server.recorder show` what the app starts for somebody who may see one. Both load
little, take their orders and keys from standard input, and end with it.
"""

import base64
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of address space. A picture that claims to be huge cannot take the machine with it."""
CPU_S: Final = 600
NICE: Final = 5
"""Writing may wait a little; forwarding may not."""


def write_command(folder: Path) -> tuple[str, ...]:
    """Return the command line of the child that writes below `folder`."""
    return (sys.executable, "-m", "server.recorder", "write", str(folder))


def show_command() -> tuple[str, ...]:
    """Return the command line of the child that makes a film."""
    return (sys.executable, "-m", "server.recorder", "show")


def write(folder: Path) -> None:
    """Write what comes through the pipe, until it ends; signals to a whole group do not end it."""
    from server.archive.recorder import Recorder
    from server.system import SystemClock

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(NICE)
    Recorder(folder, SystemClock(), os.urandom, _say).run(sys.stdin.fileno())


def _say(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The worker is gone. What it had sent is worth keeping all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show() -> None:
    """Make one participant's film on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    from server.archive.media_log import opened_chunks
    from server.domain.ids import RecordingId
    from server.media.mux import mux

    order = json.loads(sys.stdin.read())
    folder, recording = Path(order["folder"]), RecordingId(order["recording"])
    key = base64.b64decode(order["key"])
    mux(lambda: opened_chunks(folder, recording, key), order["track"], sys.stdout.buffer)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        show()
