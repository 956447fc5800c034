"""Large bodies of strangers lie on the disk while they are judged: a few, bounded, then gone."""

import asyncio
import errno
from pathlib import Path

import pytest

from server.api import tray as trays
from server.api.throttle import TooFastError
from server.api.tray import IN_MEMORY, PLACES, Tray
from server.domain.errors import TooLargeError
from server.ports.store import DiskFullError
from tests.support.ids import SeededIds

PIECES = [bytes([number]) * (IN_MEMORY // 3) for number in range(1, 8)]


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    return Tray(tmp_path / "presented", SeededIds())


def left(tmp_path: Path) -> list[Path]:
    return [one for one in tmp_path.rglob("*") if one.is_file()]


async def test_a_small_body_never_touches_the_disk(tray: Tray, tmp_path: Path) -> None:
    async with tray.lend("1") as dish:
        assert await dish.whole() == b""
        await dish.take(PIECES[0])
        await dish.take(PIECES[1])
        assert await dish.whole() == PIECES[0] + PIECES[1]
        assert left(tmp_path) == []


async def test_a_large_body_is_a_file_until_it_is_given_back(tray: Tray, tmp_path: Path) -> None:
    async with tray.lend("1") as dish:
        for piece in PIECES:
            await dish.take(piece)
        whole = await dish.whole()
        assert isinstance(whole, Path)
        assert whole.read_bytes() == b"".join(PIECES)
        assert left(tmp_path) == [whole]
    assert left(tmp_path) == []


async def large(tray: Tray, address: str) -> None:
    async with tray.lend(address) as dish:
        await dish.take(bytes(IN_MEMORY + 1))


async def test_there_are_few_places_and_one_for_each_address(tray: Tray, tmp_path: Path) -> None:
    lent = [tray.lend(str(number)) for number in range(PLACES)]
    for one in lent[:-1]:
        await (await one.__aenter__()).take(bytes(IN_MEMORY + 1))
    with pytest.raises(TooFastError):
        await large(tray, "0")
    assert len(left(tmp_path)) == PLACES - 1, "whose place it was keeps it"
    await (await lent[-1].__aenter__()).take(bytes(IN_MEMORY + 1))
    with pytest.raises(TooFastError) as refused:
        await large(tray, "another")
    assert refused.value.facts == {"retry_after_s": 60, "reason": "no_place"}
    async with tray.lend("another") as small:
        await small.take(b"small")
        assert await small.whole() == b"small"
    for one in lent:
        await one.__aexit__(None, None, None)
    assert left(tmp_path) == []
    await large(tray, "another")


async def test_what_grows_too_large_is_refused_and_gone(
    tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trays, "LARGEST", 2 * IN_MEMORY)
    async with tray.lend("1") as dish:
        await dish.take(bytes(IN_MEMORY))
        await dish.take(bytes(IN_MEMORY))
        with pytest.raises(TooLargeError):
            await dish.take(b"x")
        assert len(left(tmp_path)) == 1
    assert left(tmp_path) == []


async def test_what_never_ends_gives_its_place_back(
    tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trays, "PATIENCE_S", 0)
    with pytest.raises(TooFastError):
        await large(tray, "1")
    assert left(tmp_path) == []
    monkeypatch.undo()
    await large(tray, "1")


async def test_judging_what_has_arrived_may_take_its_time(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trays, "PATIENCE_S", 0)
    async with tray.lend("1") as dish:
        assert await dish.whole() == b""
        for _ in range(3):
            await asyncio.sleep(0)  # a turn of the loop, in which the patience would end


async def test_a_full_disk_is_told_as_such(
    tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DiskFullError):
        await large(tray, "1")
    monkeypatch.undo()
    assert left(tmp_path) == []
    await large(tray, "1")


async def test_what_a_killed_server_left_is_removed_at_the_start(
    tray: Tray, tmp_path: Path
) -> None:
    tray.clear()
    (tmp_path / "presented").mkdir()
    for name in ("1.presented", "case-1.reserve"):
        (tmp_path / "presented" / name).write_bytes(b"x")
    tray.clear()
    assert [one.name for one in left(tmp_path)] == ["case-1.reserve"]
