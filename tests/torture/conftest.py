"""An office in a folder of its own over either database."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Settings
from tests.support.server import free_port
from tests.torture import moulds
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, nursery


@pytest.fixture(scope="session")
def born() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Return an office on SQLite with an agreement that nobody has signed."""
    return asyncio.run(moulds.unsigned(told(tmp_path_factory.mktemp("unsigned") / "data")))


@pytest.fixture(scope="session")
def signed(born: Nursery, unsigned: Mould, tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Return it with every signature, waiting for the seal."""

    async def made() -> Mould:
        async with unsigned.copy(tmp_path_factory.mktemp("signed"), keep=True) as signing:
            return await moulds.signed(born, replace(unsigned, office=signing.office))

    return asyncio.run(made())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return what a new office is told."""
    address = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return told(tmp_path / "data", address)


def told(data: Path, address: str = "") -> Settings:
    return Settings(
        data=data,
        database_url=address,
        port=free_port(socket.SOCK_STREAM),
        step_up_minutes=24 * 60,
        staff_idle_minutes=24 * 60,
    )
