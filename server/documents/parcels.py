"""Carries work's arguments to another process, what is large of them beside the rest.

Pickling copies bytes in one step, and whoever else wants the interpreter waits that long: a
scan of 20 MB keeps the event loop for 15 ms. Here large bytes go into memory that is shared
by name, piece by piece, and nothing of them comes onto a disk.
"""

import io
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LARGE = 256 * 1024
"""Bytes from which on something travels beside the rest; pickled, that takes 0.2 ms."""
PIECE = 1024 * 1024
"""So many are copied at once, while the interpreter is free for others (write(2))."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Pickled arguments, without the large ones, which lie one behind the other in `beside`."""

    pickled: bytes = field(repr=False)
    beside: str = ""
    sizes: tuple[int, ...] = ()

    def opened(self) -> tuple[object, ...]:
        """Return what was packed; the parcel must not have been let go."""
        large: list[bytes] = []
        if self.beside:
            with Path(self.beside).open("rb", buffering=0) as shared:
                large = [_read(shared, size) for size in self.sizes]
        args: tuple[object, ...] = _Unpacker(self.pickled, large).load()
        return args


@contextmanager
def packed(args: tuple[object, ...]) -> Iterator[Parcel]:
    """Pack arguments; the memory of its large bytes is given back at the end."""
    small = io.BytesIO()
    packer = _Packer(small)
    packer.dump(args)
    if not packer.large:
        yield Parcel(small.getvalue())
        return
    shared = os.memfd_create("heyi-work")
    try:
        for one in packer.large:
            _write(shared, memoryview(one))
        sizes = tuple(len(one) for one in packer.large)
        # A child inherits nothing of this process, but runs as the same account (proc(5)).
        yield Parcel(small.getvalue(), f"/proc/{os.getpid()}/fd/{shared}", sizes)
    finally:
        os.close(shared)


class _Packer(pickle.Pickler):
    def __init__(self, out: io.BytesIO) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self.large: list[bytes] = []

    def persistent_id(self, obj: object) -> int | None:
        """Return the place of large bytes among those that travel beside."""
        if type(obj) is not bytes or len(obj) < LARGE:
            return None
        self.large.append(obj)
        return len(self.large) - 1


class _Unpacker(pickle.Unpickler):
    def __init__(self, pickled: bytes, large: list[bytes]) -> None:
        super().__init__(io.BytesIO(pickled))
        self._large = large

    def persistent_load(self, pid: int) -> bytes:
        """Return the large bytes that were packed at that place."""
        return self._large[pid]


def _write(shared: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(shared, rest[:PIECE]) :]


def _read(shared: io.FileIO, size: int) -> bytes:
    # A file in memory gives what it has at once, up to 2 GiB (read(2)).
    return shared.read(size) or b""
