"""What renewing says to Prometheus: a record that only waits for its proof is no failed one."""

from prometheus_client import generate_latest

from server.api.metrics import Metrics
from server.domain.renewal import StampCounts
from server.usecases.world import Renewing


def test_what_waits_for_its_proof_is_counted_apart_from_what_failed() -> None:
    shown = Metrics()
    shown.show_renewing(Renewing(counts=StampCounts(due=3, failed=1, below_lta=2), renewed=4))
    told = generate_latest(shown.registry).decode().splitlines()
    assert {line for line in told if line.startswith("heyi_archive_stamp")} == {
        'heyi_archive_stamps{state="due"} 3.0',
        'heyi_archive_stamps{state="failed"} 1.0',
        'heyi_archive_stamps{state="below_lta"} 2.0',
        'heyi_archive_stamp_renewals{result="renewed"} 4.0',
        'heyi_archive_stamp_renewals{result="failed"} 0.0',
    }
