"""A worker on loopback, and phones that may use it."""

from pathlib import Path

import aioice.ice
import pytest

from server.media.settings import WorkerSettings
from tests.turn.relay import LOOPBACK


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [LOOPBACK])


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    return WorkerSettings(control=tmp_path / "m.sock")
