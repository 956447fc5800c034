"""What may be said of a run: figures beside goals if it is sound, else why it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.rehearsal.bench_load import Found
from server.rehearsal.bench_stock import Stock
from server.rehearsal.bench_stream import SEATS_PER_ROOM

MANY_ROOMS: Final = 16
MOST_ROOMS: Final = 100
"""So many must go on one core; what a packet then takes is not promised."""
AT_ONCE_MS: Final = 0.2
FIGURES: Final = (
    "us_per_forward",
    "forwards_per_s",
    "p50_ms",
    "p99_ms",
    "loss",
    "rss_mb",
    "mb_per_room",
    "stock_us_per_forward",
    "stock_ratio",
)

_US: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run: what the load found, what the worker said of itself.

    `resent_ever` counts what was asked for and sent again, which is no forward; `refused` what the
    load said and the worker did not take; `empty_mb` is the worker's memory before anybody came.
    """

    rooms: int
    engine: str
    pinned: bool
    realtime: bool
    found: Found
    forwarded_ever: int
    resent_ever: int
    refused: int
    rss_mb: float
    empty_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on a figure would be the load's and not the worker's."""

    busiest_share: float = 0.9
    """Of its core, what the load may use."""
    latest_ms: float = 5.0
    """How late, at the 99th percentile, it may send."""
    least_sent: float = 0.999
    """Of what it planned, what it must have sent."""
    most_missed: float = 0.001
    """Of what the worker sent, what may never have reached it."""
    least_repaired: float = 0.99
    """Of what the load asked for again, what it must have been sent."""


def faults(measured: Measured, limits: Limits) -> list[str]:
    """Return why the figures would not be the worker's: nothing, if they are."""
    found, wrong = measured.found, []
    own = found.own_cpu_s / found.window_s
    if own > limits.busiest_share:
        wrong.append(f"the load used {own:.0%} of its core")
    if found.lag_p99_ms > limits.latest_ms:
        wrong.append(f"the load sent {found.lag_p99_ms:.1f} ms late (p99)")
    if found.sent < limits.least_sent * found.planned:
        wrong.append(f"the load sent {found.sent} of {found.planned} packets")
    if not found.received:
        wrong.append("nothing was forwarded")
    return wrong + _misunderstandings(measured, limits)


def _misunderstandings(measured: Measured, limits: Limits) -> list[str]:
    """Return what one of the two sent and the other did not get, or not as it should be."""
    found, wrong = measured.found, []
    missed = measured.forwarded_ever - found.received_ever
    if missed > limits.most_missed * measured.forwarded_ever:
        wrong.append(f"the load did not see {missed} packets that the worker had sent")
    if measured.refused:
        wrong.append(f"the worker refused {measured.refused} of the load's packets")
    if found.repaired < limits.least_repaired * found.asked:
        wrong.append(f"the worker sent {found.repaired} of {found.asked} packets again")
    if found.strangers or found.broken:
        wrong.append(f"{found.strangers} packets of other rooms, {found.broken} not authentic")
    return wrong


def goals(rooms: int, p50_ms: float) -> dict[str, float]:
    """Return the limits for so many rooms: batching may cost latency where it saves CPU."""
    if rooms >= MOST_ROOMS:
        return {"loss": 0.0, "mb_per_room": 3.0}
    if rooms >= MANY_ROOMS:
        return {"us_per_forward": 10.0, "p50_ms": 1.5, "p99_ms": 5.0, "mb_per_room": 3.0}
    if p50_ms <= AT_ONCE_MS:
        return {"us_per_forward": 25.0, "p50_ms": AT_ONCE_MS, "p99_ms": 5.0}
    return {"us_per_forward": 16.0, "p50_ms": 1.5, "p99_ms": 5.0}


def told(measured: Measured, stock: Stock) -> dict[str, object]:
    """Return every figure of a sound run, beside its goal."""
    found = measured.found
    cost = found.worker_cpu_s / found.received / _US
    figures = {
        "us_per_forward": round(cost, 1),
        "p50_ms": round(found.p50_ms, 3),
        "p99_ms": round(found.p99_ms, 3),
        "loss": round(max(0.0, 1 - found.received / found.expected), 6),
        "mb_per_room": round((measured.rss_mb - measured.empty_mb) / measured.rooms, 2),
    }
    limits = goals(measured.rooms, found.p50_ms)
    return {
        "rooms": measured.rooms,
        "seats": measured.rooms * SEATS_PER_ROOM,
        **figures,
        "forwards_per_s": round(found.received / found.window_s),
        "rss_mb": round(measured.rss_mb, 1),
        "worker_core_percent": _percent(found.worker_cpu_s / found.window_s),
        **{f"goal_{name}": limit for name, limit in limits.items()},
        "goals_missed": [name for name, limit in limits.items() if figures[name] > limit],
        "stock_us_per_forward": round(stock.us_per_forward, 1),
        "stock_ratio": round(cost / stock.us_per_forward, 4),
        "stock_forwards_per_s": round(stock.forwards_per_s),
        "stock_loss": round(stock.loss, 6),
        "stock_rss_mb": round(stock.rss_mb, 1),
        "stock_core_percent": _percent(stock.core_share),
        **circumstances(measured),
        "sound": True,
        "reason": "",
    }


def circumstances(measured: Measured) -> dict[str, object]:
    """Return how the run was made: what there is to say of one that is not sound, too."""
    found = measured.found
    others = found.machine_cpu_s - found.worker_cpu_s - found.own_cpu_s
    return {
        "engine": measured.engine,
        "pinned": measured.pinned,
        "realtime": measured.realtime,
        "generator_core_percent": _percent(found.own_cpu_s / found.window_s),
        "generator_lag_p99_ms": round(found.lag_p99_ms, 3),
        "others_core_percent": _percent(max(0.0, others) / found.window_s),
        "packets_sent": found.sent,
        "packets_received": found.received,
        "forwarded_by_worker_ever": measured.forwarded_ever,
        "received_ever": found.received_ever,
        "rtcp_sent_ever": found.said,
        "asked_again_ever": found.asked,
        "sent_again_by_worker_ever": measured.resent_ever,
        "repaired_ever": found.repaired,
    }


def _percent(share: float) -> float:
    """Return a share of one core in percent."""
    return round(100 * share, 1)


def refused(rooms: int, reason: str, figures: Sequence[str] = FIGURES) -> dict[str, object]:
    """Return none of these figures, and why."""
    return {
        "rooms": rooms,
        "seats": rooms * SEATS_PER_ROOM,
        **dict.fromkeys(figures),
        "sound": False,
        "reason": reason,
    }
