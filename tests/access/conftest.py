"""The prepared moments of one case, made once."""

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from server.usecases import passwords
from tests.access.prepare import Preparation, prepare


@pytest.fixture(scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Reckon passwords with little: who may ask is the question, for hundreds of offices."""
    with pytest.MonkeyPatch.context() as patched:
        little = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patched.setattr(passwords, "_HASHER", little)
        yield


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory,
    _cheap_passwords: None,
) -> Preparation:
    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared")))
