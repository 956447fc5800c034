"""The power fails at any moment of signing and sealing: what was confirmed is on the disk.

One run of the real server is taped (strace), with every byte that SQLite, its log of writes and
the archive give the disk; then the power is cut at any of its calls, without running it again.
"""

import logging
import os
import shutil
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.exc import DatabaseError

from server.domain.errors import DomainError
from tests.torture.cut_disk import KINDS, TORN
from tests.torture.expect import faults, whole
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, serving
from tests.torture.tapes import Tape, taped_run

pytestmark = [pytest.mark.slow]
log = logging.getLogger(__name__)

LONG = "TORTURE_KILLS" in os.environ
CUTS = int(os.environ.get("TORTURE_CUTS", "300")) if LONG else 5
TOLD_EVERY = 20


@pytest.mark.timeout(600 + 60 * CUTS)
@pytest.mark.parametrize("begin", ["unsigned", "signed"] if LONG else ["signed"])
async def test_what_was_confirmed_is_on_the_disk(
    begin: str, unsigned: Mould, signed: Mould, born: Nursery, tmp_path: Path
) -> None:
    mould = {"unsigned": unsigned, "signed": signed}[begin]
    tape = await taped_run(born, mould, tmp_path)
    assert sum(call.call == "sync" for call in tape.calls) > 40
    chance = Random(1)
    last = [(len(tape.calls), kind) for kind in KINDS]
    cuts = [*chance.sample(tape.cuts, CUTS - len(last)), *last]
    for number, (after, kind) in enumerate(cuts):
        signing = tape.played(after, kind, chance).laid_out(tape.mould, tmp_path)
        settings = signing.office.settings
        assert await faults(settings, [signing]) == [], (after, kind)
        async with serving(born, settings) as served:
            await signing.go_on(served.url)
        assert await faults(settings, [signing]) == [], (after, kind)
        await whole(settings, 1)
        if number % TOLD_EVERY == 0:
            log.info("%s, cut %d: nothing lost", begin, number)
    log.info("%d power cuts, of %d moments on %d disks", CUTS, len(tape.calls), len(KINDS))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "broken", ["files unsynced", "folders unsynced", "commits unsynced", "renamed before synced"]
)
async def test_each_left_out_sync_is_caught(
    broken: str, signed: Mould, born: Nursery, tmp_path: Path
) -> None:
    tape = await taped_run(born, signed, tmp_path, broken)
    assert await caught(tape, tmp_path)


@pytest.mark.parametrize(
    ("user", "ends"), [(0, RuntimeError), (1000, pytest.skip.Exception)], ids=["root", "other"]
)
async def test_who_may_not_look_on_fails_as_root_and_is_skipped_else(
    user: int,
    ends: type[BaseException],
    unsigned: Mould,
    born: Nursery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing = tmp_path / "strace"
    refusing.write_text("#!/bin/sh\necho 'strace: attach: Operation not permitted' >&2\n")
    refusing.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(ends, match="not permitted"):
        await taped_run(born, unsigned, tmp_path)


async def caught(tape: Tape, folder: Path) -> bool:
    """Return whether any cut, the latest first, leaves an office in which something is wrong.

    Writes alone change nothing on these disks.
    """
    chance = Random(1)
    for after, kind in reversed(tape.cuts):
        if kind == TORN or (after and tape.calls[after - 1].call == "write"):
            continue
        signing = tape.played(after, kind, chance).laid_out(tape.mould, folder)
        try:
            if await faults(signing.office.settings, [signing]):
                return True
        except (DomainError, DatabaseError):
            return True  # not even a database
        finally:
            shutil.rmtree(signing.office.settings.data.parent)
    return False
