"""A way that takes time: two TUN devices, and a process that holds every packet for so long.

`tc netem` is not in every kernel. The process runs in real time where it may and looks at least
once a millisecond. It tells how far apart two of its looks were at most: a packet is late by no
more than that when it is taken, and by no more than that when it is let go.
"""

import contextlib
import fcntl
import gc
import os
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

MS = 1000.0
_TUNSETIFF = 0x400454CA  # linux/if_tun.h
_TUN_WITHOUT_HEAD = 0x0001 | 0x1000
_IFREQ = struct.Struct("16sH22x")
_LARGEST = 65_536
_AT_ONCE = 64
_LOOK_S = 0.001
_PRIORITY = 20
"""Before the bench's own load: whatever waits for a packet can only be later than the packet."""


class LongWay:
    """Carries packets between two devices."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def latest_ms(self) -> float:
        """Return how late it was at most since this was asked last."""
        asks, tells = self.process.stdin, self.process.stdout
        assert asks is not None
        assert tells is not None
        asks.write("\n")
        asks.flush()
        return float(tells.readline())


@contextlib.contextmanager
def long_way(names: tuple[str, str], delay_s: float) -> Iterator[LongWay]:
    """Make both devices and carry between them; they are gone when this is over."""
    with contextlib.ExitStack() as stack:
        ends = tuple(_end(name, stack) for name in names)
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, *map(str, ends), str(delay_s)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=ends,
            text=True,
        )
        try:
            yield LongWay(process)
        finally:
            process.communicate()


def _end(name: str, stack: contextlib.ExitStack) -> int:
    """Return the file of a new TUN device: what is routed there is read here, and back."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    stack.callback(os.close, end)
    fcntl.ioctl(end, _TUNSETIFF, _IFREQ.pack(name.encode(), _TUN_WITHOUT_HEAD))
    return end


# ------------------------------------------------------------------ the process


def _carry(ends: tuple[int, int], delay_s: float) -> None:
    """Carry until nobody asks any more."""
    other = dict(zip(ends, reversed(ends), strict=True))
    held: deque[tuple[float, int, bytes]] = deque()
    looked, worst = time.monotonic(), 0.0
    while True:
        wait = min(_LOOK_S, held[0][0] - looked) if held else _LOOK_S
        ready = select.select([*ends, sys.stdin], [], [], max(0.0, wait))[0]
        now = time.monotonic()
        looked, worst = now, max(worst, now - looked)
        held.extend(
            (now + delay_s, other[end], packet)
            for end in ends
            if end in ready
            for packet in _packets(end)
        )
        while held and held[0][0] <= now:
            _, end, packet = held.popleft()
            with contextlib.suppress(OSError):  # a device that is down loses it, as a cable would
                os.write(end, packet)
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            sys.stdout.write(f"{worst * MS:.3f}\n")
            sys.stdout.flush()
            worst = 0.0


def _packets(end: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # nothing more
        for _ in range(_AT_ONCE):
            yield os.read(end, _LARGEST)


def _hurry() -> None:
    """Run before everything of ordinary priority, where that is allowed; lateness tells if not."""
    gc.disable()
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))


if __name__ == "__main__":
    _hurry()
    _carry((int(sys.argv[1]), int(sys.argv[2])), float(sys.argv[3]))
