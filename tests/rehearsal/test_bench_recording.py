"""What recording costs is the difference of turns in one run, and nothing if it did not record."""

import json
import sys
from typing import Any

import pytest

from server.__main__ import main
from server.rehearsal import bench_recording as bench
from server.rehearsal.bench_recording import FIGURES, Stage, Turn, bench_recording, told
from tests.rehearsal.test_bench_media import ANY_PACE, PER_SEAT_AND_S, children, number

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures through Linux's /proc")

PLAIN = Turn(window_s=10.0, worker_s=1.0)
RECORDED = Turn(window_s=10.0, worker_s=1.1, recorders=2, recorders_s=0.2, written=10_000_000)
"""Two rooms' media of ten seconds are 5,970,000 bytes."""


@pytest.mark.slow
def test_a_run_records_by_turns_and_leaves_nobody_behind() -> None:
    before = children()
    found = bench_recording(rooms=1, seconds=1, rounds=1, limits=ANY_PACE)
    assert children() <= before
    assert found["sound"], found["reason"]
    for name, turns in (("not_recorded", 2), ("recorded", 1), ("recorders", 1)):
        each: Any = found[name]
        assert len(each) == turns
        assert 0 < each[0] < 60
    # The load ends with the last turn, not when the most that turns may take is over.
    assert number(found, "packets_sent") < 0.9 * Stage(1, 1, 1).most_s * 3 * PER_SEAT_AND_S
    assert isinstance(found["more"], float)
    assert found["goal_more"] == 0.15


@pytest.mark.slow
def test_a_recording_that_does_not_begin_gives_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_order", lambda room, n: None)
    monkeypatch.setattr(bench, "_BEGINS_S", 0.5)
    before = children()
    found = bench_recording(rooms=1, seconds=0.1, rounds=1, limits=ANY_PACE)
    assert children() <= before
    assert found["sound"] is False
    assert "did not begin" in str(found["reason"])
    assert all(found[name] is None for name in FIGURES)


def test_what_it_adds_is_told_for_each_room_and_minute() -> None:
    found = told(2, [PLAIN] * 3, [RECORDED] * 2)
    assert found["not_recorded"] == [3.0, 3.0, 3.0]
    assert found["recorded"] == [3.3, 3.3]
    assert found["recorders"] == [0.6, 0.6]
    assert found["more"] == 0.9
    assert found["give_or_take"] == 0
    assert found["goals_missed"] == ["more"]
    assert told(100, [PLAIN] * 2, [RECORDED])["goals_missed"] == []


def test_a_turn_is_compared_with_those_beside_it() -> None:
    """A host that becomes dearer all the time is no cost of recording, and no uncertainty."""
    plain = [Turn(window_s=60.0, worker_s=1.0 + n) for n in range(4)]
    recorded = [
        Turn(window_s=60.0, worker_s=1.6 + n, recorders=1, recorders_s=0.1) for n in range(3)
    ]
    found = told(1, plain, recorded)
    assert (found["more"], found["give_or_take"]) == (0.2, 0.0)


def test_how_far_turns_differ_is_told() -> None:
    plain = [Turn(window_s=60.0, worker_s=1.0)] * 3
    recorded = [Turn(window_s=60.0, worker_s=worker) for worker in (1.1, 1.3)]
    found = told(1, plain, recorded)
    assert (found["more"], found["give_or_take"]) == (0.2, 0.1)


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn(window_s=10.0, worker_s=1.0, recorders=2, written=5_000_000), "bytes of media"),
        (Turn(window_s=10.0, worker_s=1.0, recorders=1, written=10_000_000), "recorders were seen"),
    ],
    ids=["too-little", "one-recorder-of-two"],
)
def test_turns_that_did_not_record_everything_are_a_fault(turn: Turn, words: str) -> None:
    stage = Stage(2, 10.0, 1)
    stage.plain, stage.recorded = [PLAIN], [RECORDED]
    assert stage.faults() == []
    stage.recorded = [turn]
    (fault,) = stage.faults()
    assert words in fault


def test_the_command_says_why_and_exits_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "recording", "--rooms", "0", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["reason"]
    assert found["more"] is None
