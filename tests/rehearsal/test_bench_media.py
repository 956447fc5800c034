"""The media bench counts what it says it counts, and refuses what it could not measure.

Only counts and ratios within one run: how fast the machine is, is not tested here.
"""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from server.__main__ import main
from server.rehearsal import bench_media as bench
from server.rehearsal.bench_figures import FIGURES, Limits, Measured, faults, goals, told
from server.rehearsal.bench_load import Found, Plan
from server.rehearsal.bench_media import bench_media
from server.rehearsal.bench_stock import Stock, bench_stock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures through Linux's /proc")

ANY_PACE = Limits(busiest_share=1.1, latest_ms=10_000.0, least_sent=0.9)
"""A busy machine makes figures worthless, but counts stay right."""
PER_SEAT_AND_S = 150
RTCP_PER_SEAT_AND_S = 6
"""Also while it warms up."""
ASKED_AT_LEAST = 5
"""Six pictures of 100 packets a second, one packet in 200 in 3.5 s."""
MOST_OF_STOCK = 0.15
"""Measured are 0.065 to 0.075, where each packet of a single room wakes the worker by itself."""
IMPOSSIBLE = Plan(audio_every_s=0.000_005, warm_up_s=0.1)
"""200,000 packets a second from each seat."""


@pytest.mark.slow
def test_a_short_run_forwards_what_was_planned_for_less_than_the_stock_relay() -> None:
    before = children()
    found = bench_media(rooms=1, seconds=2, limits=ANY_PACE)
    assert children() <= before
    assert found["sound"], found["reason"]
    planned = 2 * 3 * PER_SEAT_AND_S
    assert number(found, "forwards_per_s") >= 0.9 * planned
    assert number(found, "loss") <= 0.01
    assert number(found, "packets_sent") >= 0.9 * 2 * 3 * PER_SEAT_AND_S
    assert number(found, "received_ever") <= number(found, "forwarded_by_worker_ever")
    assert number(found, "rtcp_sent_ever") >= 3.5 * 3 * RTCP_PER_SEAT_AND_S
    asked = number(found, "asked_again_ever")
    assert asked >= ASKED_AT_LEAST
    assert asked == number(found, "sent_again_by_worker_ever") == number(found, "repaired_ever")
    assert 0 < number(found, "p50_ms") <= number(found, "p99_ms")
    assert 0 < number(found, "us_per_forward") < number(found, "stock_us_per_forward")
    assert 0 < number(found, "stock_ratio") < MOST_OF_STOCK
    assert 0 < number(found, "mb_per_room") < number(found, "rss_mb")
    assert (found["rooms"], found["seats"]) == (1, 3)
    assert found["engine"] in {"plain", "batch"}
    assert {"goal_us_per_forward", "goal_p50_ms", "goal_p99_ms", "goals_missed"} <= set(found)
    assert {"pinned", "realtime", "generator_core_percent", "reason"} <= set(found)


@pytest.mark.slow
def test_a_load_that_cannot_keep_up_gives_no_figures() -> None:
    before = children()
    found = bench_media(rooms=1, seconds=1, plan=IMPOSSIBLE)
    assert children() <= before
    assert found["sound"] is False
    assert "of its core" in str(found["reason"]) or "packets" in str(found["reason"])
    assert all(found[name] is None for name in FIGURES)


@pytest.mark.slow
def test_a_profiled_worker_gives_a_profile_and_no_figures(tmp_path: Path) -> None:
    seen = tmp_path / "worker.prof"
    found = bench_media(rooms=1, seconds=0.5, limits=ANY_PACE, profile=seen)
    assert "profiler" in str(found["reason"])
    assert all(found[name] is None for name in FIGURES)
    assert seen.stat().st_size > 0


@pytest.mark.slow
def test_a_load_that_ends_early_gives_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "LOAD", "server.rehearsal.no_such_module")
    before = children()
    found = bench_media(rooms=1, seconds=1)
    assert children() <= before
    assert found["sound"] is False
    assert "ended" in str(found["reason"])


@pytest.mark.slow
def test_the_stock_relay_relays_to_everybody_else() -> None:
    stock = asyncio.run(bench_stock(1))
    # Six sounds of 50 packets a second, six pictures of 15 a second, each at least one packet.
    assert stock.forwards_per_s > 0.8 * (6 * 50 + 6 * 15)
    assert stock.rss_mb > 0


def test_the_command_says_why_and_exits_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "media", "--rooms", "0", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    assert told["reason"]
    assert told["us_per_forward"] is None


# ------------------------------------------------------------------ soundness, without a run

FOUND = Found(
    window_s=10.0,
    planned=4500,
    sent=4500,
    expected=9000,
    received=9000,
    received_ever=10_000,
    strangers=0,
    broken=0,
    reports=25,
    said=120,
    asked=30,
    repaired=30,
    p50_ms=0.1,
    p99_ms=0.3,
    lag_p99_ms=0.1,
    worker_cpu_s=0.2,
    own_cpu_s=1.0,
    machine_cpu_s=2.0,
)
MEASURED = Measured(
    rooms=1,
    engine="plain",
    pinned=True,
    realtime=True,
    found=FOUND,
    forwarded_ever=10_000,
    resent_ever=30,
    refused=0,
    rss_mb=70.0,
    empty_mb=64.0,
)

STOCK = Stock(
    us_per_forward=1000.0,
    forwards_per_s=500.0,
    loss=0.0,
    rss_mb=165.0,
    core_share=0.5,
    phones_core_share=0.5,
)


def test_a_sound_run_has_no_faults() -> None:
    assert faults(MEASURED, Limits()) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (replace(FOUND, own_cpu_s=9.1), "91% of its core"),
        (replace(FOUND, lag_p99_ms=5.1), "5.1 ms late"),
        (replace(FOUND, sent=4400), "4400 of 4500"),
        (replace(FOUND, received_ever=9980), "20 packets"),
        (replace(FOUND, repaired=29), "29 of 30 packets again"),
        (replace(FOUND, strangers=1), "other rooms"),
        (replace(FOUND, broken=1), "not authentic"),
        (replace(FOUND, received=0), "nothing"),
    ],
    ids=["busy", "late", "unsent", "unseen", "unrepaired", "strangers", "broken", "nothing"],
)
def test_whatever_is_not_the_workers_doing_is_a_fault(changed: Found, word: str) -> None:
    (fault,) = faults(replace(MEASURED, found=changed), Limits())
    assert word in fault


def test_feedback_that_the_worker_did_not_take_is_a_fault() -> None:
    (fault,) = faults(replace(MEASURED, refused=3), Limits())
    assert "refused 3" in fault


def test_memory_is_told_for_each_room_beside_an_empty_workers() -> None:
    found = told(
        replace(MEASURED, rooms=100, rss_mb=364.0, found=replace(FOUND, received=8991)), STOCK
    )
    assert found["mb_per_room"] == 3.0
    assert found["loss"] == 0.001
    assert found["goals_missed"] == ["loss"]
    assert told(replace(MEASURED, rooms=100, rss_mb=374.0), STOCK)["goals_missed"] == [
        "mb_per_room"
    ]


def test_goals_ask_for_less_cpu_where_latency_was_spent() -> None:
    assert goals(16, 0.1)["us_per_forward"] == 10
    assert goals(100, 40.0) == {"loss": 0, "mb_per_room": 3}
    assert goals(4, 0.15) == {"us_per_forward": 25, "p50_ms": 0.2, "p99_ms": 5}
    assert goals(4, 1.2) == {"us_per_forward": 16, "p50_ms": 1.5, "p99_ms": 5}


# ------------------------------------------------------------------ looking


def number(found: dict[str, object], name: str) -> float:
    value = found[name]
    assert isinstance(value, int | float)
    return float(value)


def children() -> set[int]:
    """Return the processes that this one has started and that are still there."""
    return {
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if parent_of(stat) == os.getpid()
    }


def parent_of(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
