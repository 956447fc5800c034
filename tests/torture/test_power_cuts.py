"""Power or processes end at any moment of signing and sealing: what was confirmed is there.

One run of the real server is taped (strace), with every byte that the database (SQLite, or a
PostgreSQL of the office's own), its log of writes and the archive give the disk; then the power
is cut, or every process of it is killed, at any of these calls, without running it again.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest
from sqlalchemy.exc import DatabaseError

from server.domain.errors import DomainError
from tests.torture.clusters import CRAMPED
from tests.torture.conftest import LONG, mistakes
from tests.torture.cut_disk import KEPT, KINDS, TORN
from tests.torture.expect import faults, whole
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, serving
from tests.torture.signers import SEAL, Signing
from tests.torture.tapes import Moment, Tape, taped_run

pytestmark = [pytest.mark.slow]
log = logging.getLogger(__name__)

CUTS = int(os.environ.get("TORTURE_CUTS", "300")) if LONG else 5
KILLS = 2
"""So many kills are tried of each tape; `make torture` tries every one of the whole way."""
TOLD_EVERY = 20


Run: TypeAlias = tuple[str, Mapping[str, str]]
"""The mould it begins with, and the room that PostgreSQL has."""
SQLITE: dict[str, Run] = {
    "sqlite-unsigned": ("unsigned", {}),
    "sqlite-signed": ("signed", {}),
}
POSTGRESQL: dict[str, Run] = {
    f"postgresql-{begin}{more}": (f"{begin}_cluster", room)
    for begin in ("unsigned", "signed")
    for more, room in (("", {}), ("-cramped", CRAMPED))
}
SHORT = {"sqlite-signed", "postgresql-signed"}
RUNS = [
    pytest.param(*run, id=name, marks=[pytest.mark.postgres] if name in POSTGRESQL else ())
    for name, run in (SQLITE | POSTGRESQL).items()
    if LONG or name in SHORT
]
CARELESS = [
    pytest.param("", {"fsync": "off"}, id="files unsynced"),
    pytest.param("commits unsynced", {"wal_writer_delay": "10s"}, id="commits unsynced"),
]
SOON = [("commits in place", "signed"), ("committed before written", "signed_cluster")]
LATER = [
    ("committed before written", "signed"),
    ("written in place", "signed"),
    ("written in place", "signed_cluster"),
]


@pytest.mark.timeout(600 + 60 * CUTS if not LONG else 36_000)
@pytest.mark.parametrize(("mould", "room"), RUNS, indirect=["mould"])
async def test_what_was_confirmed_is_on_the_disk(
    mould: Mould,
    room: Mapping[str, str],
    born: Nursery,
    place: Path,
    request: pytest.FixtureRequest,
) -> None:
    tape = await taped_run(born, mould, place, **room)
    assert sum(call.call == "sync" for call in tape.calls) > 40
    chance = Random(1)
    kills = tape.kills if LONG and not (mould.confirmed or room) else _some_kills(tape, chance)
    moments = [*_cuts(tape, chance), *kills]
    for number, (after, kind) in enumerate(moments):
        async with tape.played(after, kind, chance).restored(place) as signing:
            until = signing.next if kind == KEPT else SEAL
            await _nothing_is_lost(born, signing, until, (after, kind))
        if number % TOLD_EVERY == 0:
            log.info("%s, moment %d: nothing lost", request.node.callspec.id, number)
    log.info("%d cuts and kills, of %d calls on a tape", len(moments), len(tape.calls))


def _cuts(tape: Tape, chance: Random) -> list[Moment]:
    last = [(tape.told, kind) for kind in KINDS]
    return [*chance.sample(tape.cuts, CUTS - len(last)), *last]


def _some_kills(tape: Tape, chance: Random) -> list[Moment]:
    return chance.sample(tape.kills, KILLS)


async def _nothing_is_lost(born: Nursery, signing: Signing, until: str, at: Moment) -> None:
    settings = signing.office.settings
    assert await faults(settings, [signing]) == [], at
    async with serving(born, settings) as served:
        await signing.go_on(served.url, until=until)
    assert await faults(settings, [signing]) == [], at
    await whole(settings, int(until == SEAL))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "broken", ["files unsynced", "folders unsynced", "commits unsynced", "renamed before synced"]
)
async def test_each_left_out_sync_is_caught(
    broken: str, signed: Mould, born: Nursery, place: Path
) -> None:
    tape = await taped_run(born, signed, place, broken)
    assert await caught(tape, _telling(tape), place)


@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("broken", "careless"), CARELESS)
async def test_a_postgresql_that_does_not_wait_for_its_disk_is_caught(
    broken: str, careless: Mapping[str, str], signed_cluster: Mould, born: Nursery, place: Path
) -> None:
    tape = await taped_run(born, signed_cluster, place, broken, **careless)
    assert await caught(tape, _telling(tape), place)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("broken", "mould"), mistakes(SOON, LATER), indirect=["mould"])
async def test_what_a_kill_between_two_calls_would_break_is_caught(
    broken: str, mould: Mould, born: Nursery, place: Path
) -> None:
    tape = await taped_run(born, mould, place, broken)
    assert await caught(tape, tape.kills, place)


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


def _telling(tape: Tape) -> list[Moment]:
    """Return the cuts that may show a missing sync; writes alone change nothing on these disks."""
    return [
        (after, kind)
        for after, kind in tape.cuts
        if kind != TORN and not (after and tape.calls[after - 1].call == "write")
    ]


async def caught(tape: Tape, moments: Iterable[Moment], folder: Path) -> bool:
    """Return whether any, the latest first, leaves an office in which something is wrong."""
    chance = Random(1)
    told = [(after, kind) for after, kind in moments if after <= tape.told]
    for number, (after, kind) in enumerate(reversed(told)):
        try:
            async with tape.played(after, kind, chance).restored(folder) as signing:
                if found := await faults(signing.office.settings, [signing]):
                    log.info("noticed at call %d, look %d: %s", after, number, found)
                    return True
        except (DomainError, DatabaseError, pytest.fail.Exception) as ended:
            log.info("noticed at call %d, look %d: %s", after, number, ended)
            return True  # not even a database
    return False
