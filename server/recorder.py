"""The composition root of the children that touch recordings: they write, show, and draw.

`python -m server.recorder write FOLDER RESERVE` is what a media worker starts for each recording,
`python -m server.recorder show` what the app starts for somebody who may see one, and
`python -m server.recorder grid RESERVE` for the film of all participants. They load little, take
their orders and keys from standard input, and end with who started them.
"""

import base64
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of address space. A picture that claims to be huge cannot take the machine with it."""
CPU_S: Final = 600
NICE: Final = 5
"""Writing may wait a little; forwarding may not."""
LAST: Final = 19
"""A grid has time: everything else comes first."""
FOR_RECORDINGS: Final = 256 * 1024 * 1024
"""Bytes of the disk, beyond the reserve, that a grid leaves for recordings, which cannot wait."""
_CPU_SHARE: Final = 4
"""Seconds of CPU for each second of a grid; it takes a tenth of that on a slow machine."""


def write_command(folder: Path, reserve: int = 0) -> tuple[str, ...]:
    """Return the command line of the child that writes below `folder`.

    It stops while `reserve` bytes of the disk are still free.
    """
    return (sys.executable, "-m", "server.recorder", "write", str(folder), str(reserve))


def show_command() -> tuple[str, ...]:
    """Return the command line of the child that makes a film."""
    return (sys.executable, "-m", "server.recorder", "show")


def grid_command(reserve: int = 0) -> tuple[str, ...]:
    """Return the command line of the child that draws a grid, and leaves what recordings leave."""
    return (sys.executable, "-m", "server.recorder", "grid", str(reserve))


def write(folder: Path, reserve: int) -> None:
    """Write what comes through the pipe, until it ends; signals to a whole group do not end it."""
    from server.archive.recorder import Recorder
    from server.system import SystemClock

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(NICE)
    recorder = Recorder(folder, SystemClock(), os.urandom, _say, reserve=reserve)
    recorder.run(sys.stdin.fileno())


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


def grid(reserve: int) -> None:
    """Draw a grid, sealed beside its recording; tell progress, then what became of it.

    Each line is JSON: `percent`, or at the end `sha256` and `chain`, or `fault`. Whoever asked
    being gone ends it at the next line.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, resource.RLIM_INFINITY))
    os.nice(LAST)
    from server.ports.store import DiskFullError

    try:
        last = _drawn(json.loads(sys.stdin.read()), reserve + FOR_RECORDINGS)
    except DiskFullError:
        last = {"fault": "disk_full"}
    except BrokenPipeError:
        return
    except OSError:
        last = {"fault": "disk"}
    _tell(last)


def _drawn(order: dict[str, Any], left: int) -> dict[str, str]:
    from server.archive.grid_film import GridWriter
    from server.archive.media_log import opened_chunks
    from server.domain.ids import RecordingId
    from server.media.grid import BYTES_A_SECOND, Grid, make_grid, survey_all
    from server.ports.store import DiskFullError

    folder, recording = Path(order["folder"]), RecordingId(order["recording"])
    key = base64.b64decode(order["key"])
    wanted = Grid(names=order["names"], fonts=[Path(one) for one in order["fonts"]])

    def chunks() -> Iterator[tuple[int, bytes]]:
        return opened_chunks(folder, recording, key)

    found = survey_all(chunks, list(wanted.names))
    if not found.length:
        return {"fault": "nothing"}
    if shutil.disk_usage(folder).free < found.length * BYTES_A_SECOND + left:
        raise DiskFullError
    limit = CPU_S + int(_CPU_SHARE * found.length)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    out = GridWriter(folder, recording, key, os.urandom)
    make_grid(chunks, wanted, found, out, lambda done: _tell({"percent": int(100 * done)}))
    film = out.finish(found.length)
    return {"sha256": film.sha256, "chain": film.chain}


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "grid":
        grid(int(sys.argv[2]))
    else:
        show()
