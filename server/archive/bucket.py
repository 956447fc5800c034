"""A bucket of an S3 service as the archive uses it: locked objects, each version kept.

Versioning and Object Lock have to be on: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as ET

import aiohttp
from yarl import URL

from server.archive.sigv4 import Signer
from server.domain.errors import DomainError
from server.ports.pieces import in_one, in_pieces
from server.ports.system import Clock

TRIES, PAUSE_S = 3, 0.5
SLOWEST = 32 * 1024
"""Bytes a second of the slowest line over which a record is still sent: a quarter of a megabit."""
MODE = "COMPLIANCE"
_NAMES = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_LEGAL_HOLD = (
    b'<LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>%s</Status></LegalHold>'
)
_OK, _MISSING, _MEETS, _EXISTS, _BUSY = 200, 404, 409, 412, 500
_NO_HOLDS = {_OK, 400, 405, 501}
"""How services answer that know no legal holds, beside those that do."""


class ArchiveUnavailableError(DomainError):
    """The object storage does not answer, or refuses; `facts["status"]` says how. Try again."""

    code = "archive_unavailable"
    machine = True


class UnlockedError(DomainError):
    """What was stored is not locked as long as it has to be; `facts["reason"]` says why."""

    code = "record_unlocked"
    machine = True


class UnheldError(DomainError):
    """The object storage keeps no legal holds; `facts["status"]` is its answer."""

    code = "no_legal_holds"
    machine = True
    for_operator = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version of an object: its lock, a legal hold, and what was noted beside it."""

    version: str
    size: int
    mode: str
    until: datetime | None
    notes: Mapping[str, str]
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Body:
    """What is sent, and its SHA-256."""

    content: bytes = field(repr=False)
    digest: bytes

    @staticmethod
    def of(content: bytes) -> "_Body":
        return _Body(content, hashlib.sha256(content).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bucket, addressed by path: `<endpoint>/<bucket>/<key>`."""

    endpoint: URL
    name: str
    signer: Signer
    clock: Clock
    session: Callable[[], aiohttp.ClientSession] = field(default=aiohttp.ClientSession)

    async def put(self, key: str, content: bytes, until: datetime, notes: Mapping[str, str]) -> str:
        """Store and lock a new object until then; return its version.

        Its SHA-256 is noted beside it. An empty version says that the key is taken. Raises
        ArchiveUnavailableError.
        """
        body = await asyncio.to_thread(_Body.of, content)
        answer = await self._ask(
            "PUT",
            key,
            content=body,
            headers={
                "content-md5": await asyncio.to_thread(_md5, content),
                "content-type": "application/zip",
                "if-none-match": "*",
                "x-amz-checksum-sha256": base64.b64encode(body.digest).decode(),
                "x-amz-object-lock-mode": MODE,
                "x-amz-object-lock-retain-until-date": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "x-amz-meta-sha256": body.digest.hex(),
                **{f"x-amz-meta-{name}": value for name, value in notes.items()},
            },
            fine={200, _EXISTS},
        )
        if answer.status == _EXISTS:
            return ""
        if not (version := answer.headers.get("x-amz-version-id", "")):
            raise UnlockedError(reason="no_versions")
        return version

    async def put_open(self, key: str, content: bytes) -> None:
        """Store a new object that no lock keeps; where the key is taken, or just now is, nothing.

        Raises ArchiveUnavailableError.
        """
        headers = {"content-md5": _md5(content), "content-type": "text/plain; charset=utf-8"}
        once = headers | {"if-none-match": "*"}
        await self._ask("PUT", key, content=content, headers=once, fine={_OK, _MEETS, _EXISTS})

    async def latest(self, key: str) -> bytes | None:
        """Return the newest version's content, None where there is none or it was deleted."""
        answer = await self._ask("GET", key, fine={_OK, _MISSING})
        return answer.content if answer.status == _OK else None

    async def head(self, key: str, version: str) -> Kept:
        """Return what is kept of one version. Raises ArchiveUnavailableError."""
        answer = await self._ask("HEAD", key, {"versionId": version}, fine={200})
        told, prefix = answer.headers, "x-amz-meta-"
        until = told.get("x-amz-object-lock-retain-until-date")
        return Kept(
            version=version,
            size=int(told.get("content-length", "0")),
            mode=told.get("x-amz-object-lock-mode", ""),
            until=datetime.fromisoformat(until.replace("Z", "+00:00")) if until else None,
            notes={n.removeprefix(prefix): v for n, v in told.items() if n.startswith(prefix)},
            held=told.get("x-amz-object-lock-legal-hold", "") == "ON",
        )

    async def first(self, key: str) -> str | None:
        """Return the oldest version of a key, None where there is none.

        Later versions and delete markers, which a lock does not forbid, change nothing.
        """
        found = [version for one, version in await self.versions(key) if one == key]
        return found[-1] if found else None

    async def versions(self, prefix: str) -> list[tuple[str, str]]:
        """Return key and version of every object whose key begins so, by key, newest first."""
        mark = {"prefix": prefix, "versions": ""}
        found: list[tuple[str, str]] = []
        while True:
            answer = await self._ask("GET", "", mark, fine={200})
            page = ET.fromstring(answer.content)  # noqa: S314 - our own storage
            found += [
                (_text(one, "Key"), _text(one, "VersionId"))
                for one in page.iter(f"{_NAMES}Version")
            ]
            if _text(page, "IsTruncated") != "true":
                return found
            mark |= {
                "key-marker": _text(page, "NextKeyMarker"),
                "version-id-marker": _text(page, "NextVersionIdMarker"),
            }

    async def hold(self, key: str, version: str, *, held: bool) -> bool:
        """Put a legal hold on one version, or take it off; False where it was so already.

        Raises ArchiveUnavailableError, and UnheldError where the service does not keep it.
        """
        if (await self.head(key, version)).held == held:
            return False
        body = _LEGAL_HOLD % (b"ON" if held else b"OFF")
        headers = {"content-md5": _md5(body)}
        query = {"legal-hold": "", "versionId": version}
        answer = await self._ask("PUT", key, query, content=body, headers=headers, fine=_NO_HOLDS)
        if answer.status != _OK or (await self.head(key, version)).held != held:
            raise UnheldError(status=answer.status)
        return True

    async def get(self, key: str, version: str) -> bytes:
        """Return one version's content. Raises ArchiveUnavailableError."""
        return (await self._ask("GET", key, {"versionId": version}, fine={200})).content

    async def _ask(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        *,
        content: "bytes | _Body" = b"",
        headers: Mapping[str, str] | None = None,
        fine: set[int],
    ) -> _Answer:
        url = (self.endpoint / self.name / key if key else self.endpoint / self.name).with_query(
            dict(query or {})
        )
        # Once, whatever is tried again, and never on the loop: a record has up to 100 MB of scans.
        body = content if isinstance(content, _Body) else await asyncio.to_thread(_Body.of, content)
        status: int | str = ""
        for tried in range(TRIES):
            if tried:
                await self.clock.sleep(PAUSE_S * 2**tried)
            try:
                answer = await self._once(method, url, dict(headers or {}), body)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                status = type(error).__name__
                continue
            if answer.status in fine:
                return answer
            status = answer.status
            if answer.status < _BUSY:
                break
        raise ArchiveUnavailableError(status=status)

    async def _once(
        self, method: str, url: URL, headers: Mapping[str, str], body: _Body
    ) -> _Answer:
        digest = body.digest.hex()
        signed = self.signer.headers(method, url, headers, digest, self.clock.now())
        length = {"content-length": str(len(body.content))} if body.content else {}
        async with (
            self.session() as http,
            http.request(
                method,
                url,
                headers={**signed, **length},
                data=in_pieces(body.content) if body.content else None,
                timeout=patience(len(body.content)),
                allow_redirects=False,
            ) as answer,
        ):
            told = {name.lower(): value for name, value in answer.headers.items()}
            pieces = [piece async for piece in answer.content.iter_any()]
            return _Answer(status=answer.status, headers=told, content=await in_one(pieces))


def patience(size: int) -> aiohttp.ClientTimeout:
    """Return how long a request with so many bytes may take: as long as the slowest line needs.

    An answer takes as long as it goes on; one that stops is waited for half a minute.
    """
    total = 60 + size / SLOWEST if size else None
    return aiohttp.ClientTimeout(total=total, sock_connect=5, sock_read=30)


def _md5(content: bytes) -> str:
    # It only tells the service that nothing was lost on the way; a lock requires it.
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{_NAMES}{name}") or ""
