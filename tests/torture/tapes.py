"""One taped run to the seal, and the offices that are left when it is cut off or killed."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest

from tests.torture.calls import Op
from tests.torture.clusters import SAFE, folders, moved, running
from tests.torture.cut_disk import KEPT, KINDS, CutDisk, lay_out
from tests.torture.moulds import Mould, remove
from tests.torture.served import Nursery, serving
from tests.torture.signers import Signing
from tests.torture.strace import ops

_numbers = count(1)


ANSWERS = {"phone": 3, "desk": 1}
"""A phone is answered three times until it has signed: statement, turn, signature."""
Moment: TypeAlias = tuple[int, str]
"""After so many calls, and what kind of disk is left then."""


@dataclass(frozen=True)
class Cut:
    """What a disk holds after the power failed or all was killed, and what was confirmed."""

    mould: Mould
    tree: Mapping[str, bytes | None]
    confirmed: tuple[str, ...]

    @asynccontextmanager
    async def restored(self, folder: Path) -> AsyncIterator[Signing]:
        """Yield the agreement in an office on that disk, which is gone afterwards.

        PostgreSQL, where it is the office's own, has recovered.
        """
        place = folder / f"cut-{next(_numbers)}"
        lay_out(self.tree, place)
        settings = moved(self.mould.office.settings, place / "data")
        try:
            async with running(settings):
                at = replace(self.mould.office, settings=settings)
                yield Signing(at, self.mould.ready, [*self.mould.confirmed, *self.confirmed])
        finally:
            remove(place)


@dataclass(frozen=True)
class Tape:
    """One run from a mould to the seal, and every step that was confirmed in it, in order."""

    mould: Mould
    calls: list[Op]
    confirmed: list[str]

    @property
    def cuts(self) -> list[Moment]:
        """Return every moment at which the power may fail, on each kind of disk."""
        return [(after, kind) for after in range(len(self.calls) + 1) for kind in KINDS]

    @property
    def kills(self) -> list[Moment]:
        """Return every moment at which all processes may be killed: before and after each call.

        A sync changes nothing of what a kill leaves: before and after it is the same moment.
        """
        new = (at for at, op in enumerate(self.calls, 1) if op.call != "sync")
        return [(after, KEPT) for after in (0, *new)]

    @property
    def told(self) -> int:
        """Return after how many calls the last answer had left."""
        return max(at for at, op in enumerate(self.calls, 1) if op.call == "confirmed")

    def played(self, after: int, kind: str, chance: Random) -> Cut:
        """Return what is left when it ends after so many calls."""
        answers = sum(op.call == "confirmed" for op in self.calls[:after])
        left = self.disk(after).left(kind, chance)
        return Cut(self.mould, left, tuple(self._until(answers)))

    def disk(self, after: int) -> CutDisk:
        """Return the disk after so many calls."""
        disk = CutDisk(folders(self.mould.office.settings))
        for op in self.calls[:after]:
            if op.call != "confirmed":
                disk.play(op)
        return disk

    def _until(self, answers: int) -> Iterator[str]:
        phones = Signing(self.mould.office, self.mould.ready).signers
        for step in self.confirmed:
            answers -= ANSWERS["phone" if step in phones else "desk"]
            if answers < 0:
                return
            yield step


async def taped_run(
    born: Nursery, mould: Mould, folder: Path, broken: str = "", **careless: str
) -> Tape:
    """Let it be signed and sealed once; every call that changed the disk is known.

    `broken` is a mistake of the server (broken.py), `careless` are settings of PostgreSQL's.
    """
    made = folder / f"tape-{next(_numbers)}"
    async with mould.copy(folder) as signing:
        settings = signing.office.settings
        with looking_on():
            async with (
                running(settings, {**SAFE, **careless}, made / "database"),
                serving(born, settings, broken=broken, tape=made / "served") as served,
            ):
                await signing.go_on(served.url)
                await served.ready()  # so that the last answer is on the tape, too
        confirmed = signing.confirmed[len(mould.confirmed) :]
        tape = Tape(mould, ops(made, folders(settings)), confirmed)
        assert not (other := missed(tape, folders(settings))), other
    return tape


@contextmanager
def looking_on() -> Iterator[None]:
    """Skip the test where strace may not look; root always may, so it fails for root."""
    try:
        yield
    except (RuntimeError, FileNotFoundError) as refused:
        if os.geteuid() == 0:
            raise
        pytest.skip(f"strace cannot look on: {refused}")


def missed(tape: Tape, left: Mapping[str, Path]) -> list[str]:
    """Return the paths that are not in the end as the tape says."""
    played, there = tape.disk(len(tape.calls)).now(), CutDisk(left).now()
    return [path for path in sorted(played | there) if played.get(path, "") != there.get(path, "")]
