"""The media workers' figures as Prometheus sees them: one series for each worker."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_GAUGES: Final = {
    "media_rooms": ("heyi_media_rooms", "Rooms a worker holds"),
    "media_connections": ("heyi_media_participants", "Media connections a worker holds"),
    "media_recordings": ("heyi_media_recordings", "Recordings under way in a worker"),
    "media_draining": ("heyi_media_draining", "Whether a worker takes no new room"),
    "media_loop_lag_seconds": ("heyi_media_loop_lag_seconds", "Event loop lag of a worker"),
    "media_rtt_seconds_mean": ("heyi_media_rtt_seconds", "Round trip to phones, mean"),
    "media_rtt_seconds_max": ("heyi_media_rtt_worst_seconds", "Round trip to phones, worst"),
}
_LOSSES: Final = {
    "media_loss_up_mean": ("up", "mean"),
    "media_loss_up_max": ("up", "worst"),
    "media_loss_down_mean": ("down", "mean"),
    "media_loss_down_max": ("down", "worst"),
}
_PACKETS: Final = {"packets_in": "in", "packets_out": "out", "forwarded": "forwarded"}
_DROPPED: Final = "drop_"

Figures = Mapping[str, Mapping[str, float]]


class WorkerFigures(Collector):
    """Shows what the workers told last; a worker that told nothing is shown as not up."""

    def __init__(self) -> None:
        self._told: Figures = MappingProxyType({})

    def show(self, told: Figures) -> None:
        """Take over what every worker tells, by its name."""
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """Yield every family; labels carry workers, ways and reasons, never a room or a person."""
        up = GaugeMetricFamily("heyi_media_up", "Whether a worker answers", labels=["worker"])
        for worker, figures in self._told.items():
            up.add_metric([worker], float(bool(figures)))
        yield up
        yield from self._gauges()
        yield self._losses()
        yield from self._counters()

    def _gauges(self) -> Iterator[Metric]:
        for figure, (name, meaning) in _GAUGES.items():
            family = GaugeMetricFamily(name, meaning, labels=["worker"])
            for worker, value in self._of(figure):
                family.add_metric([worker], value)
            yield family

    def _losses(self) -> Metric:
        family = GaugeMetricFamily(
            "heyi_media_loss_ratio", "Share of packets lost", labels=["worker", "way", "of"]
        )
        for figure, labels in _LOSSES.items():
            for worker, value in self._of(figure):
                family.add_metric([worker, *labels], value)
        return family

    def _counters(self) -> Iterator[Metric]:
        packets = CounterMetricFamily(
            "heyi_media_packets", "Datagrams in and out; media forwarded", labels=["worker", "way"]
        )
        dropped = CounterMetricFamily(
            "heyi_media_dropped", "What the guard dropped, and why", labels=["worker", "reason"]
        )
        others = CounterMetricFamily(
            "heyi_media_events", "Everything else a worker counts", labels=["worker", "event"]
        )
        for worker, name, value in self._counted():
            if name in _PACKETS:
                packets.add_metric([worker, _PACKETS[name]], value)
            elif name.startswith(_DROPPED):
                dropped.add_metric([worker, name.removeprefix(_DROPPED)], value)
            else:
                others.add_metric([worker, name], value)
        yield from (packets, dropped, others)

    def _counted(self) -> Iterator[tuple[str, str, float]]:
        for worker, figures in self._told.items():
            for figure, value in figures.items():
                if figure.endswith("_total"):
                    name = figure.removeprefix("media_").removesuffix("_total")
                    yield worker, name, value

    def _of(self, figure: str) -> Iterable[tuple[str, float]]:
        for worker, figures in self._told.items():
            if figure in figures:
                yield worker, figures[figure]
