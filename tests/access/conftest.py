"""The prepared moments of one case, made once."""

import asyncio

import pytest

from tests.access.prepare import Preparation, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Preparation:
    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared")))
