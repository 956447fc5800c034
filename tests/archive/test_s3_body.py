"""A large object is hashed once, in no loop's thread, and sent and read back whole."""

import hashlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from server.archive.bucket import Bucket, patience
from server.archive.s3 import S3Archive
from server.archive.sigv4 import Signer
from server.documents.pool import ProcessWorkPool
from server.domain.record import MANIFEST
from tests.archive.example import RECORD, TOOLS
from tests.archive.test_s3 import QuickClock
from tests.support.s3 import KEY, REGION, SECRET

BIG = bytes(range(256)) * (12 * 4096)
"""12 MiB: longer than a buffer of the network."""
UNTIL = datetime(2035, 1, 1, tzinfo=UTC)


@dataclass
class Service:
    """Refuses the first put as a busy service does, then keeps what comes."""

    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def put(self, request: web.Request) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.bodies.append(await request.read())
        status = 503 if len(self.bodies) == 1 else 200
        return web.Response(status=status, headers={"x-amz-version-id": "v1"})

    async def get(self, _: web.Request) -> web.Response:
        return web.Response(body=self.bodies[-1])


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def bucket(service: Service) -> AsyncIterator[Bucket]:
    app = web.Application(client_max_size=2 * len(BIG))
    app.router.add_put("/{key:.*}", service.put)
    app.router.add_get("/{key:.*}", service.get)
    async with TestServer(app) as server:
        signer = Signer(region=REGION, key=KEY, secret=SECRET)
        yield Bucket(endpoint=URL(server.make_url("")), name="b", signer=signer, clock=QuickClock())


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note every hash of something large: which one, and in which thread."""
    seen: list[tuple[str, int]] = []

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def one(content: bytes = b"", **options: bool) -> object:
            if len(content) >= len(BIG):
                seen.append((name, threading.get_ident()))
            return real(content, **options)

        return one

    for name in ("sha256", "md5"):
        monkeypatch.setattr(hashlib, name, watched(name, getattr(hashlib, name)))
    return seen


async def test_a_put_that_is_tried_again_hashes_once_and_elsewhere(
    bucket: Bucket, service: Service, hashed: list[tuple[str, int]]
) -> None:
    assert await bucket.put("records/a.zip", BIG, UNTIL, {"said": "so"}) == "v1"
    assert sorted(name for name, _ in hashed) == ["md5", "sha256"]
    assert threading.get_ident() not in {thread for _, thread in hashed}
    assert service.bodies == [BIG, BIG]
    digest = hashlib.sha256(BIG).hexdigest()
    for sent in service.headers:
        assert sent["x-amz-content-sha256"] == sent["x-amz-meta-sha256"] == digest
        assert (sent["x-amz-meta-said"], sent["content-length"]) == ("so", str(len(BIG)))
    assert await bucket.get("records/a.zip", "v1") == BIG


async def test_a_large_record_is_put_without_a_hash_on_the_loop(
    bucket: Bucket, service: Service, pool: ProcessWorkPool, hashed: list[tuple[str, int]]
) -> None:
    archive = S3Archive(bucket=bucket, work=pool, tools=TOOLS)
    files = {MANIFEST: b"{}", "paper/01.jpg": BIG}
    await archive._put(RECORD, files, UNTIL)
    assert sorted(name for name, _ in hashed) == ["md5", "sha256"]
    assert threading.get_ident() not in {thread for _, thread in hashed}
    manifest = service.headers[-1]["x-amz-meta-manifest-sha256"]
    assert manifest == hashlib.sha256(b"{}").hexdigest()


async def test_what_comes_in_many_pieces_is_put_together(bucket: Bucket, service: Service) -> None:
    service.bodies.append(BIG)
    assert await bucket.get("records/a.zip", "v1") == BIG


@pytest.mark.parametrize("scans", [1, 20, 100], ids="{} MB".format)
def test_a_slow_line_has_the_time_to_send_all_of_it(scans: int) -> None:
    """An office's upstream of half a megabit; the whole took a minute at most, and never ended."""
    size, a_second = scans * 1024 * 1024, 500_000 / 8
    total = patience(size).total
    assert total is not None
    assert total > size / a_second
    assert patience(0).total is None  # an answer has as long as it goes on
    assert patience(0).sock_read
