"""The batching engine is taken where it passes its trial; where not, the worker still serves."""

import logging
import sys
from dataclasses import replace

import pytest

from server.media import engines
from server.media.batch_engine import BatchEngine
from server.media.engines import UnfitEngineError, batch_fault, choose_engine
from server.media.plain_engine import PlainEngine
from server.media.settings import WorkerSettings


@pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg is Linux's")
@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost"])
def test_linux_passes_the_trial(bind: str) -> None:
    assert batch_fault(bind) is None


def test_what_is_asked_for_is_taken(settings: WorkerSettings) -> None:
    assert type(choose_engine(replace(settings, engine="plain"))) is PlainEngine
    assert type(choose_engine(replace(settings, engine="batch"))) is BatchEngine
    assert type(choose_engine(settings)) is BatchEngine


@pytest.mark.parametrize("fault", [AttributeError("recvmmsg"), OSError("no loopback")])
def test_a_failed_trial_costs_speed_and_is_logged(
    settings: WorkerSettings,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(bind: str) -> str | None:
        raise fault

    monkeypatch.setattr(engines, "_socket_fault", fail)
    with caplog.at_level(logging.WARNING):
        assert type(choose_engine(settings)) is PlainEngine
    assert str(fault) in caplog.text
    with pytest.raises(UnfitEngineError, match=str(fault)):
        choose_engine(replace(settings, engine="batch"))


@pytest.mark.parametrize(("name", "value"), [("platform", "darwin"), ("byteorder", "big")])
def test_another_machine_is_not_even_tried(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, name, value)
    assert batch_fault("127.0.0.1") is not None
