"""What a worker tells of itself in numbers: counters by name, and how its connections fare."""

from collections.abc import Iterable, Mapping
from typing import Final

from server.media.connection import Connection
from server.media.plane import Plane

_MS: Final = 1000


def figures(plane: Plane, lag_s: float) -> Mapping[str, float]:
    """Return counters (`…_total`) and gauges; shares are from 0 to 1, times in seconds.

    Loss is the worst and the mean connection's, each way; no figure belongs to one connection.
    """
    counted = {f"media_{name}_total": float(n) for name, n in plane.engine.counters.items()}
    return {
        **counted,
        "media_rooms": float(len(plane.rooms)),
        "media_connections": float(len(plane.connections)),
        "media_recordings": float(len(plane.recorder)),
        "media_loop_lag_seconds": lag_s,
        "media_draining": float(plane.draining),
        **_quality(plane.connections.values()),
    }


def _quality(connections: Iterable[Connection]) -> Mapping[str, float]:
    reports = [one.last_report for one in connections if one.last_report is not None]
    trips = [one.rtt_ms / _MS for one in reports if one.rtt_ms is not None]
    return {
        **_spread("media_loss_up", [_share(one.up_loss) for one in reports]),
        **_spread("media_loss_down", [_share(one.down_loss) for one in reports]),
        **_spread("media_rtt_seconds", trips),
    }


def _spread(name: str, values: list[float]) -> Mapping[str, float]:
    if not values:
        return {}
    return {f"{name}_mean": sum(values) / len(values), f"{name}_max": max(values)}


def _share(loss: float) -> float:
    return min(1.0, max(0.0, loss))
