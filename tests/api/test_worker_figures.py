"""The media workers' figures: one series a worker, reasons for what was dropped, nobody's name."""

from prometheus_client import CollectorRegistry, generate_latest

from server.api.metrics import Metrics
from server.api.worker_figures import WorkerFigures
from tests.architecture.tree import ROOT

TOLD = {
    "0": {
        "media_rooms": 2.0,
        "media_connections": 6.0,
        "media_recordings": 1.0,
        "media_loop_lag_seconds": 0.001,
        "media_rtt_seconds_mean": 0.04,
        "media_loss_down_max": 0.2,
        "media_packets_in_total": 10.0,
        "media_forwarded_total": 20.0,
        "media_drop_unproved_total": 3.0,
        "media_nack_sent_total": 1.0,
    },
    "10.0.0.7:7443": {},
}


def lines(figures: WorkerFigures) -> set[str]:
    registry = CollectorRegistry()
    registry.register(figures)
    text = generate_latest(registry).decode()
    return {line for line in text.splitlines() if not line.startswith("#")}


def test_each_figure_stands_under_its_worker() -> None:
    figures = WorkerFigures()
    figures.show(TOLD)
    assert lines(figures) == {
        'heyi_media_up{worker="0"} 1.0',
        'heyi_media_up{worker="10.0.0.7:7443"} 0.0',
        'heyi_media_rooms{worker="0"} 2.0',
        'heyi_media_participants{worker="0"} 6.0',
        'heyi_media_recordings{worker="0"} 1.0',
        'heyi_media_loop_lag_seconds{worker="0"} 0.001',
        'heyi_media_rtt_seconds{worker="0"} 0.04',
        'heyi_media_loss_ratio{of="worst",way="down",worker="0"} 0.2',
        'heyi_media_packets_total{way="in",worker="0"} 10.0',
        'heyi_media_packets_total{way="forwarded",worker="0"} 20.0',
        'heyi_media_dropped_total{reason="unproved",worker="0"} 3.0',
        'heyi_media_events_total{event="nack_sent",worker="0"} 1.0',
    }


def test_a_worker_that_is_gone_leaves_no_figure_behind() -> None:
    figures = WorkerFigures()
    figures.show(TOLD)
    figures.show({"0": {}})
    assert lines(figures) == {'heyi_media_up{worker="0"} 0.0'}


def test_the_manual_names_every_figure() -> None:
    page = (ROOT / "docs" / "media-workers.md").read_text(encoding="utf-8")
    names = [
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in Metrics().registry.collect()
    ]
    assert "heyi_media_up" in names
    assert [name for name in names if f"`{name}`" not in page] == []
