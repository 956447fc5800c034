"""What a failed journey left is there until the next run, whichever of its processes began last."""

import os
from pathlib import Path

from tests.journeys.eyes import forget_pictures


def test_only_what_an_earlier_run_left_is_taken_away(tmp_path: Path) -> None:
    for name, at in (("failed-before.png", 99.0), ("failed-beside.png", 101.0), ("kept.png", 1.0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    forget_pictures(tmp_path, before=100.0)
    assert {one.name for one in tmp_path.iterdir()} == {"failed-beside.png", "kept.png"}
