"""A night in which nobody stamps is not over: what is due is tried again before the morning."""

from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from unittest.mock import AsyncMock, Mock

import pytest

from server.domain.ids import RecordId
from server.domain.renewal import Due
from server.usecases import renew_nightly
from server.usecases.renew_records import Outcome, Result
from server.usecases.world import World

NIGHT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
"""Half past two in China."""


class MorningError(Exception):
    """Ends the loop that has no end."""


def outcome(trouble: str) -> Outcome:
    result = Result.FAILED if trouble else Result.RENEWED
    return Outcome(
        record_id=RecordId("r"), number="n", why=Due.YEARLY, result=result, trouble=trouble
    )


@pytest.mark.parametrize(
    ("troubles", "runs"),
    [
        (["timestamps_unavailable"], 3),
        (["timestamp_unsound"], 3),
        (["", "keys_unavailable"], 3),
        (["archive_unavailable"], 3),
        (["not_renewable"], 1),
        (["not_renewable", ""], 1),
        ([], 1),
    ],
    ids=lambda value: (
        "+".join(one or "renewed" for one in value) if isinstance(value, list) else ""
    ),
)
async def test_what_nobody_could_do_is_tried_again_the_same_night(
    troubles: Sequence[str], runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[str]()

    async def run(_: World) -> AsyncIterator[Outcome]:
        begun.append("run")
        for trouble in troubles:
            yield outcome(trouble)

    monkeypatch.setattr(renew_nightly, "renew_records", run)
    monkeypatch.setattr(renew_nightly, "count", AsyncMock())
    with pytest.raises(MorningError):
        await renew_nightly.keep_renewing(asleep(3))
    assert len(begun) == runs


async def test_beside_a_run_of_an_operators_own_the_night_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = list[str]()

    async def run(_: World) -> AsyncIterator[Outcome]:
        begun.append("run")
        yield outcome("")

    monkeypatch.setattr(renew_nightly, "renew_records", run)
    monkeypatch.setattr(renew_nightly, "count", AsyncMock())
    world = asleep(4)
    world.turn_to_renew.side_effect = [nullcontext(False), nullcontext(False), nullcontext(True)]
    with pytest.raises(MorningError):
        await renew_nightly.keep_renewing(world)
    assert begun == ["run"]
    assert world.turn_to_renew.call_count == 3


def asleep(looks: int) -> Mock:
    """Return a world in which it stays night for so many looks."""
    left = iter(range(looks - 1))

    async def sleep(seconds: float) -> None:
        if seconds == renew_nightly.LOOK_S and next(left, None) is None:
            raise MorningError

    world = Mock()
    world.turn_to_renew.side_effect = lambda: nullcontext(True)
    world.pack.utc_offset_minutes = 8 * 60
    world.clock = Mock(now=Mock(return_value=NIGHT), monotonic=Mock(return_value=0.0), sleep=sleep)
    return world


def test_an_outcome_says_what_and_why() -> None:
    said = Outcome(record_id=RecordId("r"), number="n", why=Due.ENDS, result=Result.RENEWED)
    assert said.trouble == ""
