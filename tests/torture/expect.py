"""What must hold in an office at any moment, whatever was cut off, and once all is finished."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from server.archive.local import LocalArchive
from server.archive.reader import load_folder
from server.config import Settings
from server.documents.work import LocalSigner
from server.domain.agreement import Agreement, AgreementState
from server.domain.canonical import sha256_hex
from server.domain.errors import DomainError
from server.domain.record import MANIFEST, read_manifest
from server.domain.register import RegisterEntry, RegisterQuery
from server.domain.session_log import verify
from server.ports.documents import SignerRoot, StampRoot
from server.ports.store import UnitOfWork
from server.signing_keys import master, signing_keys
from server.store.store import SqlStore
from server.system import SystemClock
from server.usecases.check_records import check_records
from server.usecases.world import World
from server.verifying import VERIFIER_TOOLS
from tests.store.conftest import opened
from tests.support.world import COMMITTEE, InlinePool
from tests.torture.signers import SEAL, Signing

T = TypeVar("T")


def database(settings: Settings) -> AbstractAsyncContextManager[SqlStore]:
    """Open an office's database beside its server, or without one."""
    return opened(settings.database, master(settings))


async def faults(
    settings: Settings, signings: Iterable[Signing], *, read: set[str] | None = None
) -> list[str]:
    """Return what is wrong, each in a few words; empty when the office is as it must be.

    Records named in `read` were whole before and are not read again (`whole` reads all at the
    end); those found whole now are added.
    """
    read = set() if read is None else read
    found = list[str]()
    archive = LocalArchive(settings.data, InlinePool(), VERIFIER_TOOLS)
    async with database(settings) as store, store.read() as uow:
        entries = await _register(uow)
        for signing in signings:
            found += await _of_one(uow, archive, signing)
        taken = [entry.serial for entry in entries]
        taken += [one.sealing.serial for one in await _waiting(uow) if one.sealing]
        known = {str(entry.record_id) for entry in entries}
        known |= {str(one.sealing.record_id) for one in await _waiting(uow) if one.sealing}
    if sorted(taken) != list(range(1, len(taken) + 1)):
        found.append(f"numbers {sorted(taken)}")
    written = sorted((settings.data / "records").glob("*/[!.]*"))
    found += [f"a record of nothing: {one.name}" for one in written if one.name not in known]
    fresh = [one for one in written if one.name not in read]
    half = {one.name for one in fresh if not _complete(one)}
    read |= {one.name for one in fresh} - half
    return found + [f"a half record: {name}" for name in sorted(half)]


def _complete(folder: Path) -> bool:
    """Return whether a record holds what its manifest lists, byte for byte."""
    try:
        files = load_folder(folder)
        listed = read_manifest(files[MANIFEST]).files
    except (KeyError, OSError, DomainError):
        return False
    return all(sha256_hex(files.get(name, b"")) == one.sha256 for name, one in listed.items())


async def _register(uow: UnitOfWork) -> Sequence[RegisterEntry]:
    found, _ = await uow.register.search(RegisterQuery(committee_id=COMMITTEE, page_size=10_000))
    return found


async def _waiting(uow: UnitOfWork) -> Sequence[Agreement]:
    found = [await uow.agreements.of_case(case) for case in await uow.agreements.sealing()]
    return [one for one in found if one is not None]


async def _of_one(uow: UnitOfWork, archive: LocalArchive, signing: Signing) -> list[str]:
    case = signing.ready.case_id
    agreement = await uow.agreements.of_case(case)
    if agreement is None:
        return [f"{case}: lost"]
    verify(await uow.log.of_case(case))
    signed = {one.signer.removeprefix("staff-") for one in agreement.signatures}
    lost = set(signing.confirmed) - signed - {SEAL}
    found = [f"{case}: signature of {one} lost" for one in sorted(lost)]
    if signing.sealed and agreement.sealing is None:
        found.append(f"{case}: seal lost")
    more = len(agreement.added) - len(agreement.signatures)
    if more not in _sealed_pdfs(agreement):
        found.append(f"{case}: half signed")
    return found + await _half_sealed(uow, archive, agreement)


def _sealed_pdfs(agreement: Agreement) -> set[int]:
    """Return how many sealed PDFs there may be: one after the seal, none before its number."""
    if agreement.state is AgreementState.SEALED:
        return {1}
    return {0, 1} if agreement.sealing else {0}


async def _half_sealed(uow: UnitOfWork, archive: LocalArchive, agreement: Agreement) -> list[str]:
    case, entry = agreement.case_id, await uow.register.of_case(agreement.case_id)
    sealed = agreement.state is AgreementState.SEALED
    if sealed != (entry is not None):
        return [f"{case}: sealed {sealed}, but entry {entry is not None}"]
    if entry is None:
        return []
    stored = await archive.find(entry.record_id)
    if stored is None:
        return [f"{case}: sealed without its record"]
    return [] if stored.manifest_sha256 == entry.digest else [f"{case}: another record"]


async def whole(settings: Settings, sealed: int) -> None:
    """Verify every record, every log and the tree over them; `sealed` records, none fewer."""
    async with database(settings) as store:
        pool = _Threads()
        at = Verifying(
            clock=SystemClock(),
            store=store,
            archive=LocalArchive(settings.data, pool, VERIFIER_TOOLS),
            signer=LocalSigner(pool, signing_keys(settings)),
        )
        checked = await check_records(cast("World", at))
    assert checked.failed == []
    assert checked.records == sealed


class _Threads:
    """Works in this process, beside the loop."""

    async def run(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.to_thread(work, *args)


@dataclass(frozen=True, kw_only=True)
class Verifying:
    """As much of a world as verifying needs, in this process: no pool to start."""

    clock: SystemClock
    store: SqlStore
    archive: LocalArchive
    signer: LocalSigner
    outside_roots: tuple[StampRoot | SignerRoot, ...] = ()
