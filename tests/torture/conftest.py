"""An office in a folder of its own over either database."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from server.config import Settings
from tests.support.server import free_port
from tests.torture import clusters, moulds
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, nursery

LONG = "TORTURE_KILLS" in os.environ
"""`make torture` goes further."""
ON_POSTGRESQL = {"postgresql", "signed_cluster"}


def mistakes(
    soon: Sequence[tuple[str, str]], later: Sequence[tuple[str, str]]
) -> list[ParameterSet]:
    """Return mistakes of broken.py and the offices in which they are made; `later` if it is long.

    An office is the name of its mould, or of its database where there is none.
    """
    return [
        pytest.param(
            *one, id="-".join(one), marks=[pytest.mark.postgres] if one[1] in ON_POSTGRESQL else ()
        )
        for one in (*soon, *(later if LONG else ()))
    ]


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


@pytest.fixture(scope="session")
def unsigned_cluster() -> Iterator[Mould]:
    """Return an office on a PostgreSQL of its own, ended, and an agreement nobody has signed."""
    with passable_folder() as folder:

        async def made() -> Mould:
            settings = await clusters.founded(told(folder / "office" / "data"))
            return await moulds.unsigned(settings)

        yield asyncio.run(made())


@pytest.fixture(scope="session")
def signed_cluster(born: Nursery, unsigned_cluster: Mould) -> Iterator[Mould]:
    """Return it with every signature, waiting for the seal."""
    with passable_folder() as folder:

        async def made() -> Mould:
            async with unsigned_cluster.copy(folder, keep=True) as signing:
                return await moulds.signed(born, replace(unsigned_cluster, office=signing.office))

        yield asyncio.run(made())


@pytest.fixture
def mould(request: pytest.FixtureRequest) -> Mould:
    """Return the one that is named as the parameter."""
    found: Mould = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def place() -> Iterator[Path]:
    """Return a folder which PostgreSQL's account reaches, too; pytest's are closed to it."""
    with passable_folder() as folder:
        yield folder


@contextmanager
def passable_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="heyi-torture-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made)


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
