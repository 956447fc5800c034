"""The archive on a local disk: `records/<year>/<record id>/` and `spool/`.

The year is that of the effective day, the committee's own; an id is unique without it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from server.archive.disk import Disk
from server.archive.guide import guide
from server.archive.judging import Judging
from server.archive.making import make_files, sign_files, signing_again
from server.archive.owner import expect_own, mark_of
from server.archive.package import package, package_size, with_whole
from server.archive.reader import load_alone, load_folder, renewals_beside
from server.archive.spool import Spool
from server.archive.verifier import verify_path
from server.archive.writer import RecordWriter, plain_name
from server.domain.canonical import sha256_hex
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, RecordId
from server.domain.record import (
    MANIFEST,
    UNLISTED,
    Manifest,
    RecordParts,
    read_manifest,
)
from server.domain.renewal import RENEWALS, folder_of, whole_pdf
from server.domain.verification import Report
from server.ports.archive import Holding, SignManifest, StoredRecord, VerifierTools
from server.ports.system import WorkPool

OWNER = ".owner"
"""Says beside the records whose they are."""


@dataclass(frozen=True, slots=True)
class LocalArchive(Judging):
    """Archive below one folder, the server's own for everything it keeps."""

    folder: Path
    work: WorkPool
    tools: VerifierTools
    disk: Disk = field(default_factory=Disk)
    explained: Mapping[str, bytes] = field(default_factory=guide, repr=False)
    owner: str = ""
    """Name of the database whose records these are; empty: nobody asks."""

    @property
    def holds(self) -> bool:
        """Say no: whoever may write to the folder may remove what is in it."""
        return False

    async def claim(self) -> None:
        await asyncio.to_thread(self._claim)

    async def reserve(self, case_id: CaseId, size: int) -> None:
        await asyncio.to_thread(self._spool.reserve, case_id, size)

    async def release(self, case_id: CaseId) -> None:
        await asyncio.to_thread(self._spool.release, case_id)

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        """As the port says; a folder has no lock, so `keep_until` binds nobody here."""
        kept = await asyncio.to_thread(self._kept, parts.record_id)
        made = await asyncio.to_thread(make_files, parts, kept, self.explained)
        again = signing_again(sign, kept, parts.seal_certificate, self.tools)
        files = await sign_files(parts, made, again, kept)
        await asyncio.to_thread(self._write, parts, files)
        return _stored(parts.record_id, files)

    async def find(self, record_id: RecordId) -> StoredRecord | None:
        folder = await asyncio.to_thread(self._folder, record_id)
        if folder is None:
            return None
        return _stored(record_id, await asyncio.to_thread(load_folder, folder))

    async def manifest(self, record_id: RecordId) -> Manifest:
        return read_manifest(await self.read(record_id, MANIFEST))

    async def read(self, record_id: RecordId, name: str) -> bytes:
        return await asyncio.to_thread(self._read, record_id, name)

    async def pdf(self, record_id: RecordId) -> bytes:
        return whole_pdf(await asyncio.to_thread(self._loaded, record_id))

    async def package(self, record_id: RecordId) -> bytes:
        return await asyncio.to_thread(self._package, record_id)

    async def files(self, record_id: RecordId) -> Mapping[str, bytes]:
        return await asyncio.to_thread(self._loaded, record_id)

    async def renew(self, record_id: RecordId, number: int, files: Mapping[str, bytes]) -> None:
        await asyncio.to_thread(self._renew, record_id, number, files)

    async def hold(self, record_id: RecordId, *, held: bool) -> Holding:
        """Hold nothing, and look for nothing: a record that is gone must not block its case."""
        del record_id, held
        return Holding.NONE

    async def held(self, record_id: RecordId) -> bool:
        del record_id
        return False

    async def verify(
        self, record_id: RecordId, anchors: Sequence[bytes], at: datetime | None = None
    ) -> Report:
        folder = await asyncio.to_thread(self._existing, record_id)
        return await self.work.run(verify_path, folder, self.tools, tuple(anchors), at)

    def sweep(self) -> int:
        """Remove what crashes left half written; return how many folders. Start-up only."""
        if not self._records.is_dir():
            return 0
        places = ("*/.*.part", "*/*.renewals/.*.part")
        with self.disk.alone(self._records):
            parts = sorted(part for place in places for part in self._records.glob(place))
            for part in parts:
                self.disk.remove(part)
        return len(parts)

    @property
    def _records(self) -> Path:
        return self.folder / "records"

    @property
    def _spool(self) -> Spool:
        return Spool(self.folder / "spool", self.disk)

    def _claim(self) -> None:
        if not self.owner:
            return
        mark = self._records / OWNER
        if not mark.exists():
            self.disk.make_folder(self._records)
            with self.disk.alone(self._records):
                if not mark.exists():
                    self.disk.write_once(mark, mark_of(self.owner))
        expect_own(mark.read_bytes(), self.owner, str(mark))

    def _kept(self, record_id: RecordId) -> dict[str, bytes] | None:
        folder = self._folder(record_id)
        return load_alone(folder) if folder else None

    def _write(self, parts: RecordParts, files: Mapping[str, bytes]) -> None:
        self._claim()
        self._spool.release(parts.case_id)
        writer = RecordWriter(self._records, self.disk)
        writer.write(parts.record_id, parts.effective_on.year, files)

    def _folder(self, record_id: RecordId) -> Path | None:
        found = sorted(self._records.glob(f"*/{plain_name(record_id)}"))
        return found[0] if found else None

    def _existing(self, record_id: RecordId) -> Path:
        folder = self._folder(record_id)
        if folder is None:
            raise NotFoundError
        return folder

    def _read(self, record_id: RecordId, name: str) -> bytes:
        folder = self._existing(record_id)
        manifest = (folder / MANIFEST).read_bytes()
        if name not in UNLISTED and name not in read_manifest(manifest).files:
            raise NotFoundError
        return (folder / name).read_bytes()

    def _package(self, record_id: RecordId) -> bytes:
        return package(record_id, with_whole(self._loaded(record_id)))

    def _loaded(self, record_id: RecordId) -> dict[str, bytes]:
        return load_folder(self._existing(record_id))

    def _renew(self, record_id: RecordId, number: int, files: Mapping[str, bytes]) -> None:
        self._claim()
        beside = renewals_beside(self._existing(record_id))
        place = beside / folder_of(number).removeprefix(RENEWALS)
        inside = {name.rpartition("/")[2]: content for name, content in files.items()}
        RecordWriter(self._records, self.disk).write_folder(place, inside)


def _stored(record_id: RecordId, files: Mapping[str, bytes]) -> StoredRecord:
    return StoredRecord(
        record_id=record_id,
        manifest_sha256=sha256_hex(files[MANIFEST]),
        package_size=package_size(record_id, with_whole(files)),
    )
