"""The archive in an S3 bucket with Object Lock: `records/<record id>.zip`, one object a record.

One object, because a put is the one thing that such a service does wholly or not at all.
The oldest version is the record: it is locked in compliance mode, which nobody can undo, the
account's owner included, before its date.
"""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from yarl import URL

from server.archive.bucket import MODE, ArchiveUnavailableError, Bucket, UnlockedError
from server.archive.guide import guide
from server.archive.judging import Judging
from server.archive.making import make_files, sign_files, signing_again
from server.archive.owner import expect_own, mark_of
from server.archive.package import package, package_size, with_whole
from server.archive.reader import load_zip
from server.archive.sigv4 import Signer
from server.archive.writer import plain_name
from server.domain.canonical import sha256_hex
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, RecordId
from server.domain.record import (
    MANIFEST,
    UNLISTED,
    Manifest,
    RecordExistsError,
    RecordParts,
    read_manifest,
)
from server.domain.renewal import LARGEST, whole_pdf
from server.domain.verification import Report
from server.ports.archive import Holding, SignManifest, StoredRecord, VerifierTools
from server.ports.system import Clock, WorkPool

OWNER = "records/owner.txt"
"""Says whose the bucket is. No lock keeps it: who owns the bucket can give it to another."""
LONGEST_YEARS = 100
"""The furthest that S3 services let a lock reach; what is kept for good is locked so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """Where the bucket is, and the access key that may put, list and read there."""

    endpoint: str
    region: str
    bucket: str
    key: str
    secret: str = field(repr=False)


def open_s3(place: S3Place, clock: Clock, work: WorkPool, tools: VerifierTools) -> "S3Archive":
    """Return the archive in that bucket; nothing connects yet."""
    signer = Signer(region=place.region, key=place.key, secret=place.secret)
    bucket = Bucket(endpoint=URL(place.endpoint), name=place.bucket, signer=signer, clock=clock)
    return S3Archive(bucket=bucket, work=work, tools=tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Archive(Judging):
    """Archive in one bucket. Nothing is reserved: the service has the room or refuses."""

    bucket: Bucket
    work: WorkPool
    tools: VerifierTools
    explained: Mapping[str, bytes] = field(default_factory=guide, repr=False)
    owner: str = ""
    """Name of the database whose records these are; empty: nobody asks."""

    @property
    def holds(self) -> bool:
        return True

    async def claim(self) -> None:
        if not self.owner:
            return
        found = await self.bucket.latest(OWNER)
        if found is None:
            await self.bucket.put_open(OWNER, mark_of(self.owner))
            found = await self.bucket.latest(OWNER)
        if found is None:
            raise ArchiveUnavailableError(status="no_mark")
        expect_own(found, self.owner, f"{self.bucket.name}/{OWNER}")

    async def reserve(self, case_id: CaseId, size: int) -> None: ...

    async def release(self, case_id: CaseId) -> None: ...

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        """Store and lock the record, and return once the service confirms the lock.

        Raises UnlockedError where it does not, ArchiveUnavailableError, RecordExistsError.
        """
        kept = await self._files(parts.record_id)
        made = await asyncio.to_thread(make_files, parts, kept, self.explained)
        again = signing_again(sign, kept, parts.seal_certificate, self.tools)
        files = await sign_files(parts, made, again, kept)
        if kept is not None and not await asyncio.to_thread(_same, kept, files):
            raise RecordExistsError
        until = self._until(keep_until)
        if kept is None:
            await self._put(parts.record_id, files, until)
        return await self._confirmed(parts.record_id, files, None if kept else until)

    async def _put(self, record_id: RecordId, files: Mapping[str, bytes], until: datetime) -> None:
        await self.claim()
        content = await asyncio.to_thread(package, record_id, files)
        notes = {"manifest-sha256": sha256_hex(files[MANIFEST])}
        await self.bucket.put(_key(record_id), content, until, notes)

    async def _confirmed(
        self, record_id: RecordId, files: Mapping[str, bytes], until: datetime | None
    ) -> StoredRecord:
        # Read back, whoever wrote it: what counts is what the service holds and has locked.
        version, stored = await self._found(record_id)
        kept = await self.bucket.head(_key(record_id), version)
        if kept.mode != MODE or kept.until is None:
            raise UnlockedError(reason="no_lock")
        if until is not None and kept.until < until:
            raise UnlockedError(reason="too_short")
        if stored.manifest_sha256 != sha256_hex(files[MANIFEST]):
            raise RecordExistsError
        return stored

    async def find(self, record_id: RecordId) -> StoredRecord | None:
        try:
            stored = (await self._found(record_id))[1]
        except NotFoundError:
            return None
        files = await self._renewals(record_id)
        if not files:
            return stored
        whole = with_whole({**await self._existing(record_id), **files})
        return replace(stored, package_size=package_size(record_id, whole))

    async def manifest(self, record_id: RecordId) -> Manifest:
        return read_manifest(await self.read(record_id, MANIFEST))

    async def read(self, record_id: RecordId, name: str) -> bytes:
        files = await self._existing(record_id)
        if name not in UNLISTED and name not in read_manifest(files[MANIFEST]).files:
            raise NotFoundError
        return files[name]

    async def pdf(self, record_id: RecordId) -> bytes:
        return whole_pdf(await self.files(record_id))

    async def package(self, record_id: RecordId) -> bytes:
        renewals = await self._renewals(record_id)
        if renewals:
            whole = with_whole({**await self._existing(record_id), **renewals})
            return await asyncio.to_thread(package, record_id, whole)
        version, _ = await self._found(record_id)
        return await self.bucket.get(_key(record_id), version)

    async def files(self, record_id: RecordId) -> Mapping[str, bytes]:
        return {**await self._existing(record_id), **await self._renewals(record_id)}

    async def renew(self, record_id: RecordId, number: int, files: Mapping[str, bytes]) -> None:
        """Store and lock the renewal for as long as its record is locked."""
        version, _ = await self._found(record_id)
        record = await self.bucket.head(_key(record_id), version)
        if record.until is None:
            raise UnlockedError(reason="no_lock")
        key = _renewal_key(record_id, number)
        content = await asyncio.to_thread(package, record_id, files)
        if await self.bucket.first(key) is None:
            await self.claim()
            soonest = self.bucket.clock.now().replace(microsecond=0) + timedelta(days=1)
            await self.bucket.put(key, content, max(record.until, soonest), {})
        await self._confirm_renewal(key, files)
        if record.held:
            await self.hold(record_id, held=True)

    async def hold(self, record_id: RecordId, *, held: bool) -> Holding:
        """As the port says, on every version of the record's object and of its renewals'.

        Raises ArchiveUnavailableError, UnheldError.
        """
        every = await self._objects(record_id)
        changed = [await self.bucket.hold(*one, held=held) for one in every]
        return Holding.PLACED if held and all(changed) else Holding.FOUND

    async def held(self, record_id: RecordId) -> bool:
        version, _ = await self._found(record_id)
        return (await self.bucket.head(_key(record_id), version)).held

    async def _objects(self, record_id: RecordId) -> list[tuple[str, str]]:
        own = await self.bucket.versions(_key(record_id))
        if not own:
            raise NotFoundError
        return own + await self.bucket.versions(_renewals_below(record_id))

    async def _confirm_renewal(self, key: str, files: Mapping[str, bytes]) -> None:
        # Read back, whoever wrote it, as the record was.
        version = await self.bucket.first(key)
        if version is None or (await self.bucket.head(key, version)).mode != MODE:
            raise UnlockedError(reason="no_lock")
        if not await asyncio.to_thread(_same, await self._unpacked(key, version), files):
            raise RecordExistsError

    async def _renewals(self, record_id: RecordId) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for number in range(1, LARGEST + 1):
            key = _renewal_key(record_id, number)
            version = await self.bucket.first(key)
            if version is None:
                break
            files |= await self._unpacked(key, version)
        return files

    async def _unpacked(self, key: str, version: str) -> dict[str, bytes]:
        content = await self.bucket.get(key, version)
        return await asyncio.to_thread(load_zip, io.BytesIO(content))

    async def verify(
        self, record_id: RecordId, anchors: Sequence[bytes], at: datetime | None = None
    ) -> Report:
        return await self.judge_files(await self.files(record_id), anchors, at)

    async def _found(self, record_id: RecordId) -> tuple[str, StoredRecord]:
        version = await self.bucket.first(_key(record_id))
        if version is None:
            raise NotFoundError
        kept = await self.bucket.head(_key(record_id), version)
        return version, StoredRecord(
            record_id=record_id,
            manifest_sha256=kept.notes.get("manifest-sha256", ""),
            package_size=kept.size,
            version=version,
        )

    async def _existing(self, record_id: RecordId) -> dict[str, bytes]:
        files = await self._files(record_id)
        if files is None:
            raise NotFoundError
        return files

    async def _files(self, record_id: RecordId) -> dict[str, bytes] | None:
        version = await self.bucket.first(_key(record_id))
        if version is None:
            return None
        content = await self.bucket.get(_key(record_id), version)
        return await asyncio.to_thread(load_zip, io.BytesIO(content))

    def _until(self, keep_until: date | None) -> datetime:
        now = self.bucket.clock.now()
        longest = now + timedelta(days=365 * LONGEST_YEARS)
        if keep_until is None:
            return longest.replace(microsecond=0)
        # The service keeps seconds, and refuses a lock that has run out already.
        asked = datetime.combine(keep_until, time(), UTC)
        return min(max(asked, now + timedelta(days=1)), longest).replace(microsecond=0)


def _same(some: Mapping[str, bytes], others: Mapping[str, bytes]) -> bool:
    # File by file: comparing a hundred megabytes in one step would keep the loop, too.
    return some.keys() == others.keys() and all(some[name] == others[name] for name in some)


def _key(record_id: RecordId) -> str:
    return f"records/{plain_name(record_id)}.zip"


def _renewal_key(record_id: RecordId, number: int) -> str:
    return f"{_renewals_below(record_id)}{number:03d}.zip"


def _renewals_below(record_id: RecordId) -> str:
    return f"renewals/{plain_name(record_id)}/"
