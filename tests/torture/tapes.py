"""One taped run to the seal, and the offices that are left when its power is cut."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.torture.cut_disk import KINDS, CutDisk, lay_out
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, serving
from tests.torture.signers import Signing
from tests.torture.strace import Op, ops

_numbers = count(1)


ANSWERS = {"phone": 3, "desk": 1}
"""A phone is answered three times until it has signed: statement, turn, signature."""


@dataclass(frozen=True)
class Cut:
    """What a disk holds after the power failed, and what had been confirmed by then."""

    tree: dict[str, bytes | None]
    confirmed: tuple[str, ...]

    def laid_out(self, mould: Mould, folder: Path) -> Signing:
        """Return the agreement in an office on that disk."""
        data = folder / f"cut-{next(_numbers)}" / "data"
        lay_out(self.tree, data)
        settings = mould.office.settings.model_copy(update={"data": data})
        at = replace(mould.office, settings=settings)
        return Signing(at, mould.ready, [*mould.confirmed, *self.confirmed])


@dataclass(frozen=True)
class Tape:
    """One run from a mould to the seal, and every step that was confirmed in it, in order."""

    mould: Mould
    calls: list[Op]
    confirmed: list[str]

    @property
    def cuts(self) -> list[tuple[int, str]]:
        """Return every moment at which the power may fail, on each kind of disk."""
        return [(after, kind) for after in range(len(self.calls) + 1) for kind in KINDS]

    def played(self, after: int, kind: str, chance: Random) -> Cut:
        """Return what is left when it fails after so many calls."""
        disk, answers = CutDisk(self.mould.office.settings.data), 0
        for call in self.calls[:after]:
            if call.call == "confirmed":
                answers += 1
            else:
                disk.play(call)
        return Cut(disk.left(kind, chance), tuple(self._until(answers)))

    def _until(self, answers: int) -> Iterator[str]:
        phones = Signing(self.mould.office, self.mould.ready).signers
        for step in self.confirmed:
            answers -= ANSWERS["phone" if step in phones else "desk"]
            if answers < 0:
                return
            yield step


async def taped_run(born: Nursery, mould: Mould, folder: Path, broken: str = "") -> Tape:
    """Let it be signed and sealed once; skip the test where nobody may look on: root always may."""
    made = folder / f"tape-{next(_numbers)}"
    async with mould.copy(folder) as signing:
        settings = signing.office.settings
        try:
            async with serving(born, settings, broken=broken, tape=made) as served:
                await signing.go_on(served.url)
                await served.ready()  # so that the last answer is on the tape, too
        except (RuntimeError, FileNotFoundError) as refused:
            if os.geteuid() == 0:
                raise
            pytest.skip(f"strace cannot look on: {refused}")
        calls = ops(made, settings.data)
    return Tape(mould, calls, signing.confirmed[len(mould.confirmed) :])
