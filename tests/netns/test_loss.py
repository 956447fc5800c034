"""Real browsers behind ways that lose one packet in twenty: a few seconds of `lossy_minute`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.netns.lossy_minute import LOSS, WAY, Picture, frozen_seconds, watch
from tests.netns.street import OFFICE, Street, street, why_not

SECONDS = 6
FEWEST, MOST = LOSS / 2, LOSS * 2
"""Several thousand packets each way: ten times the deviation of such dice."""
A_SECOND = 5


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Street]:
    if reason := why_not():
        pytest.skip(reason)
    with street(tmp_path) as laid:
        laid.join(WAY)
        if reason := laid.lossy(WAY, LOSS):
            pytest.skip(reason)
        yield laid


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.allow_hosts(["127.0.0.1", "::1", OFFICE])
async def test_pictures_go_on_where_one_packet_in_twenty_is_lost(
    tmp_path: Path, way: Street
) -> None:
    pictures = await watch(way, tmp_path, SECONDS)
    lost = way.lost()
    assert set(lost) == {"ingress", "egress"}
    assert all(FEWEST < share < MOST for share in lost.values())
    assert len(pictures) == 6
    for one in pictures:
        assert one.frozen == 0, one
        assert one.a_second > A_SECOND, one
        assert one.stats["nackCount"] > 0, one


def test_a_second_without_a_new_picture_is_frozen() -> None:
    assert frozen_seconds([100.0, 1900.0, 3000.0], 4500.0) == 1
    assert frozen_seconds([], 3000.0) == 3
    assert frozen_seconds([2999.0], 3000.0) == 2


def test_the_longest_time_without_a_new_picture_may_be_the_first_or_the_last() -> None:
    seen: dict[str, Any] = {"viewer": "a", "slot": 0, "stats": {}, "lasted_ms": 2000.0}
    assert Picture(shown=[700.0, 900.0, 1500.0], **seen).longest_ms == 700.0
    assert Picture(shown=[100.0, 900.0], **seen).longest_ms == 1100.0
    assert Picture(shown=[100.0, 900.0], **seen).a_second == 1.0
