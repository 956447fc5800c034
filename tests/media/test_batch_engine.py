"""Linux's engine keeps the promises of every engine."""

import sys

import pytest

from tests.media.engine_contract import EngineContract

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg is Linux's")


class TestBatchEngine(EngineContract):
    engine = "batch"
