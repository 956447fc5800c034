"""A real PostgreSQL for the tests: one server a run, one fresh database a test.

The server is started from Debian's own programs in a temporary folder on a free loopback port, as
an ordinary account (PostgreSQL refuses root), and is gone when the run ends.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

import asyncpg
import pytest

ACCOUNTS = ("postgres", "nobody")
ROLE = "heyi"
START_SECONDS = 60
FAST = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "synchronous_commit": "off",
    "unix_socket_directories": "",
}
"""Nothing here outlives the run, so nothing has to survive a power cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server; its one role is a superuser without a password, reachable from loopback."""

    port: int
    folder: Path

    def dsn(self, database: str = "postgres") -> str:
        """Return the address a driver takes: `postgresql://heyi@127.0.0.1:<port>/<database>`."""
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{database}"

    def url(self, database: str) -> str:
        """Return the address SQLAlchemy takes, with asyncpg as its driver."""
        return self.dsn(database).replace("postgresql:", "postgresql+asyncpg:", 1)


def find_programs() -> Path | None:
    """Return the folder that holds initdb and postgres: the newest one's, else the one on PATH."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    by_version = sorted(installed, key=lambda found: float(found.parts[-3]), reverse=True)
    on_path = shutil.which("postgres")
    found = [*by_version, *([Path(on_path).resolve()] if on_path else [])]
    return next((program.parent for program in found if (program.parent / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start PostgreSQL for this run. Skips only where its programs cannot be had."""
    programs = find_programs()
    if programs is None:
        _explain_absence()
    with tempfile.TemporaryDirectory(prefix="heyi-postgres-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        become = _as_ordinary_account(folder)
        _create_cluster(programs, folder, become)
        port = _free_port()
        process = _start(programs, folder, become, port)
        try:
            _await_readiness(programs, port, process, folder)
            yield PostgresServer(port=port, folder=folder)
        finally:
            _stop(process)


_numbers = count(1)


@pytest.fixture
async def postgres_database(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """Yield the name of a fresh, empty database; it is dropped after the test."""
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(postgres_server.dsn())
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8')
        yield name
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_database: str) -> str:
    """Return SQLAlchemy's address of a fresh, empty database."""
    return postgres_server.url(postgres_database)


def _explain_absence() -> NoReturn:
    reason = "PostgreSQL's programs are not installed: apt-get install postgresql"
    if os.geteuid() == 0:
        pytest.fail(reason)
    pytest.skip(reason)


def _as_ordinary_account(folder: Path) -> list[str]:
    """Give the folder to an ordinary account when we are root; return the words that become it."""
    if os.geteuid() != 0:
        return []
    account = next(entry for entry in pwd.getpwall() if entry.pw_name in ACCOUNTS)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--",
    ]


def _create_cluster(programs: Path, folder: Path, become: list[str]) -> None:
    options = [f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [*become, str(programs / "initdb"), *options, str(folder / "cluster")],
        capture_output=True,
        check=False,
        cwd=folder,
        text=True,
    )
    assert made.returncode == 0, made.stderr


def _start(programs: Path, folder: Path, become: list[str], port: int) -> subprocess.Popen[bytes]:
    chosen = {**FAST, "listen_addresses": "127.0.0.1", "port": str(port)}
    options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*become, str(programs / "postgres"), "-D", str(folder / "cluster"), *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _await_readiness(
    programs: Path, port: int, process: subprocess.Popen[bytes], folder: Path
) -> None:
    ask = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", ROLE]
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.05)
    _stop(process)
    pytest.fail("PostgreSQL did not start:\n" + (folder / "log").read_text(errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server at once: SIGINT is its fast shutdown, and setpriv has become it by exec."""
    if process.poll() is None:
        process.send_signal(2)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
