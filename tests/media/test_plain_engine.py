"""The portable engine keeps the promises of every engine."""

from tests.media.engine_contract import EngineContract


class TestPlainEngine(EngineContract):
    engine = "plain"
