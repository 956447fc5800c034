"""A real PostgreSQL for the tests: one server a run, one fresh database a test.

The server is started from Debian's own programs in a temporary folder on a free loopback port, as
an ordinary account (PostgreSQL refuses root), and is gone when the run ends.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from tests.support.absence import explain_absence

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
CLUSTER, LOG = "cluster", "postgres.log"


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
    with tempfile.TemporaryDirectory(prefix="heyi-postgres-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        own(folder)
        create_cluster(folder)
        port = _free_port()
        process = start(folder, port)
        try:
            await_readiness(folder, port, process)
            yield PostgresServer(port=port, folder=folder)
        finally:
            stop(process)


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


def create_cluster(folder: Path, *options: str) -> None:
    """Make a cluster in a folder that an ordinary account reaches; the test fails if it cannot."""
    (folder / CLUSTER).mkdir(parents=True)
    own(folder / CLUSTER)
    words = [f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [*_becoming(), str(_programs() / "initdb"), *words, *options, str(folder / CLUSTER)],
        capture_output=True,
        check=False,
        cwd=folder / CLUSTER,
        text=True,
    )
    assert made.returncode == 0, made.stderr


def start(
    folder: Path, port: int, chosen: Mapping[str, str] = FAST, *, stopped: bool = False
) -> subprocess.Popen[bytes]:
    """Start the cluster in a folder; `stopped` waits for SIGCONT first."""
    told = {**chosen, "listen_addresses": "127.0.0.1", "port": str(port)}
    options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
    words = [*_becoming(), str(_programs() / "postgres"), "-D", str(folder / CLUSTER), *options]
    if stopped:
        words = ["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *words]
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            words,
            cwd=folder / CLUSTER,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def await_readiness(folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until it answers; the test fails when it does not."""
    words = [str(_programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", ROLE]
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(words, check=False).returncode == 0:
            return
        time.sleep(0.05)
    stop(process)
    pytest.fail("PostgreSQL did not start:\n" + (folder / LOG).read_text(errors="replace"))


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server at once: SIGINT is its fast shutdown, and setpriv has become it by exec."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def own(folder: Path) -> None:
    """Give a folder with all that is in it to the account that PostgreSQL runs as."""
    if (entry := _account()) is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid)


def _programs() -> Path:
    return find_programs() or explain_absence(
        "PostgreSQL's programs are not installed: apt-get install postgresql"
    )


def _account() -> pwd.struct_passwd | None:
    """Return whom PostgreSQL, which refuses root, runs as; None where we are not root."""
    if os.geteuid() != 0:
        return None
    return next(entry for entry in pwd.getpwall() if entry.pw_name in ACCOUNTS)


def _becoming() -> list[str]:
    entry = _account()
    if entry is None:
        return []
    ids = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}"]
    return ["setpriv", *ids, "--clear-groups", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
