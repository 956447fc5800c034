"""How long a thread stood still of its own accord, whatever else the machine did meanwhile.

Wall time and a voluntary context switch are not enough to say that a turn of the loop blocked:
waiting for the interpreter's lock (GIL) is a voluntary switch, too, and on a busy machine the
thread that holds it, or this one once it is woken, may then be kept from a processor for long.
Measured at a load of 8 on two cores: eight turns of 6 to 15 ms in six agreements, most of them
where work is handed to a thread, none of which blocked. So from the wall time is taken
* the thread's own processor time;
* its time in the queue for a processor (docs.kernel.org/scheduler/sched-stats.html);
* both of every other thread of the process: who holds the interpreter's lock works, or is in
  the queue, so that waiting for it never lasts longer than these together (113 waits of 0.3 s
  each for a thread at work among ten busy ones: 0.02 ms at most was left).
What is left is a sleep, a sync, or a lock whose holder sleeps: nothing in three agreements at a
load of 13 to 24. None is left without a voluntary switch (getrusage(2)): the rest then went to
the hypervisor. Nor where a page had to be read from the disk, or a thread ended and took its
figures with it.
A standstill beside other threads that work is told shorter than it was, never longer. Where the
host lets an idle processor wait, that is told as one; machine.py knows when it did.

Waiting for another's work is no standstill, and keeps the thread all the same: the interpreter's
lock is given back within milliseconds by Python's own code, but by a call into C only when that is
done. So of how late somebody came beyond what he meant to sleep, that much was `kept` as is left
without the longest time that one thread was in the queue, and as the process worked meanwhile:
work nobody had to wait for cannot delay, nor can a lock whose holder is in the queue himself.
"""

import ctypes
import os
import resource
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST_LINE = 99
_LIBC = ctypes.PyDLL(None)
"""Called so, it is as Python's own code: the interpreter's lock is kept meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Seconds so far: `worked` by all threads, `queued` by each, by its id; `used` by one."""

    wall: float
    worked: float
    queued: Mapping[int, float]
    used: resource.struct_rusage


class Threads:
    """Tells moments of the thread that asks, in the process that made this.

    Asking never gives the interpreter away: whoever kept it then would be in no stretch. Only a
    thread that is not Python's is not asked, and that one cannot keep it.
    """

    def __init__(self) -> None:
        self._files = dict[int, int]()
        self._line = ctypes.create_string_buffer(_LONGEST_LINE)

    def since(self) -> Moment:
        """Return this moment as the begin of a stretch; what delays the asking is before it."""
        return Moment(
            queued=self._queued(),
            worked=time.process_time(),
            wall=time.perf_counter(),
            used=resource.getrusage(resource.RUSAGE_THREAD),
        )

    def until(self) -> Moment:
        """Return it as the end of one; what delays the asking is after it."""
        return Moment(
            used=resource.getrusage(resource.RUSAGE_THREAD),
            wall=time.perf_counter(),
            worked=time.process_time(),
            queued=self._queued(),
        )

    def _queued(self) -> dict[int, float]:
        # After a fork, Python 3.11 knows the thread that goes on by the id of whom it left.
        ids = {threading.get_native_id(), *(one.native_id for one in threading.enumerate())}
        found = {one: self._of(one) for one in ids if one is not None}
        return {one: seconds for one, seconds in found.items() if seconds is not None}

    def _of(self, thread: int) -> float | None:
        """Return how long a thread was ready and not let on, nothing for one that has ended."""
        if thread not in self._files:
            path = f"/proc/self/task/{thread}/schedstat"
            self._files[thread] = _LIBC.open(path.encode(), os.O_RDONLY)
        if _LIBC.pread(self._files[thread], self._line, _LONGEST_LINE, 0) <= 0:  # it has ended
            _LIBC.close(self._files.pop(thread))
            return None
        return int(self._line.value.split()[1]) / 1e9


def stood(since: Moment, until: Moment, meant: float = 0.0) -> float:
    """Return the seconds beyond `meant` in which the thread of both neither worked nor could."""
    ended = since.queued.keys() - until.queued.keys()
    read = until.used.ru_majflt != since.used.ru_majflt
    if until.used.ru_nvcsw == since.used.ru_nvcsw or read or ended:
        return 0.0
    queued = sum(at - since.queued.get(name, 0.0) for name, at in until.queued.items())
    return max(0.0, until.wall - since.wall - meant - (until.worked - since.worked) - queued)


def kept(since: Moment, until: Moment, meant: float) -> float:
    """Return the seconds that work of this process made its thread come later than `meant`."""
    longest = max(at - since.queued.get(name, 0.0) for name, at in until.queued.items())
    late = until.wall - since.wall - meant
    return max(0.0, min(late - longest, until.worked - since.worked))
