"""A turn is one process' own for as long as it lives, however it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.alone import AlreadyRunningError, alone, expect_none, turn
from server.config import Settings

HOLDS = """
import sys
from pathlib import Path
from server.alone import alone
from server.config import Settings
with alone(Settings(data=Path(sys.argv[1])), "app"):
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def test_a_second_one_is_refused_until_the_first_has_ended(settings: Settings) -> None:
    with alone(settings, "app"):
        with pytest.raises(AlreadyRunningError), alone(settings, "app"):
            pass
        with turn(settings, "app") as ours:
            assert not ours
        expect_none(settings, "serve")
    expect_none(settings, "app")


def test_another_folder_is_another_turn(settings: Settings, tmp_path: Path) -> None:
    with alone(settings, "app"), alone(Settings(data=tmp_path / "other"), "app"):
        pass


def test_a_killed_process_holds_nothing(settings: Settings) -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(settings.data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with held:
        assert held.stdout is not None
        assert held.stdout.readline() == b"here\n"
        with pytest.raises(AlreadyRunningError):
            expect_none(settings, "app")
        held.kill()
        held.wait()
        expect_none(settings, "app")
