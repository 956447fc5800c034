"""Writes the record of a seal that was begun, and lets case and register follow."""

import json
from dataclasses import replace
from datetime import date, datetime

from server.domain.agreement import Agreement
from server.domain.canonical import sha256_hex
from server.domain.case import Case, CaseState
from server.domain.ids import CaseId
from server.domain.register import RegisterEntry
from server.domain.retention import keeping_of, kept_until, kinds_of
from server.domain.sealing import finished, waits
from server.domain.session_log import SYSTEM, happened
from server.domain.signing_order import MEDIATOR, lines
from server.ports.archive import SignManifest, StoredRecord
from server.ports.documents import KeyRef
from server.ports.store import ConflictError, DiskFullError, UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.log_tree import inclusion_of
from server.usecases.made_files import ADDED, keep
from server.usecases.record_parts import Begun, order, parts, read_begun
from server.usecases.recorded_evidence import recorded_evidence
from server.usecases.tell_sealed import announce, send_waiting
from server.usecases.world import World

WRITTEN = "written_agreement"


async def finish(world: World, case_id: CaseId) -> None:
    """Write the record and finish the seal; nothing happens where none waits.

    Only in the turn `seal <case>` of `world.turns`. Raises DiskFullError, and whatever
    keeps the record from being drawn or written; the seal then waits.
    """
    async with world.store.read() as uow:
        begun = await read_begun(uow, case_id)
    if begun is None:
        return
    sealed = begun.sealed or await _sealed(world, begun)
    trust = await world.signer.seal_certificates(
        begun.agreement.committee_id, begun.seal.at, begun.seal.suite
    )
    inclusion = await inclusion_of(world, case_id, begun.entries)
    recorded = await recorded_evidence(world, case_id, len(begun.entries))
    certificates = await world.chain.certificates(sealed)
    made = parts(begun, sealed, certificates, trust, inclusion)
    record = replace(made, recordings=recorded)
    until = await _keep_until(world, begun)
    stored = await world.archive.write(record, _manifest_signer(world, begun), until)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        if not waits(agreement):
            return agreement, ()
        saved = await uow.cases.save(_closed(case, begun.seal.at))
        await uow.register.add(_entry(saved, begun, stored, sha256_hex(sealed)))
        await announce(world, uow, saved, agreement)
        written = happened(
            "record.written",
            SYSTEM,
            record=stored.record_id,
            manifest_sha256=stored.manifest_sha256,
            **({"archive_version": stored.version} if stored.version else {}),
        )
        return finished(agreement), (written,)

    await change(world, case_id, step)
    await send_waiting(world, case_id)


async def _keep_until(world: World, begun: Begun) -> date | None:
    async with world.store.read() as uow:
        case = await uow.cases.get(begun.agreement.case_id)
        committee = await uow.committees.get(case.committee_id)
    return kept_until(
        keeping_of(kinds_of(case.dispute_type, world.pack), committee.keeping, world.pack),
        world.pack.local_day(begun.seal.at),
    )


async def _sealed(world: World, begun: Begun) -> bytes:
    """Seal, and keep what came of it before anything is written: its time stamps are unique."""
    sealed = (await world.chain.seal(order(begun, world.clock.now()))).pdf

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        if not waits(agreement) or agreement.added != begun.agreement.added:
            raise ConflictError
        kept = await keep(world, uow, case.id, ADDED, sealed[len(begun.signed) :])
        return replace(agreement, added=(*agreement.added, kept.id)), ()

    case_id = begun.agreement.case_id
    try:
        await change(world, case_id, step)
    except DiskFullError:
        # What was reserved at the lock is there for this, too.
        await world.archive.release(case_id)
        await change(world, case_id, step)
    return sealed


def _manifest_signer(world: World, begun: Begun) -> SignManifest:
    seal = KeyRef(committee_id=begun.agreement.committee_id)

    async def sign(manifest: bytes) -> bytes:
        return (await world.signer.sign(seal, manifest)).signature

    return sign


def _closed(case: Case, at: datetime) -> Case:
    # In effect since the number was committed: whatever ended the case since did not.
    return replace(case, state=CaseState.SEALED, result=WRITTEN, end_reason="", closed_at=at)


def _entry(case: Case, begun: Begun, stored: StoredRecord, pdf_sha256: str) -> RegisterEntry:
    agreement, seal = begun.agreement, begun.seal
    mediators = (line.name for line in lines(agreement) if line.role == MEDIATOR)
    return RegisterEntry(
        record_id=seal.record_id,
        case_id=case.id,
        committee_id=case.committee_id,
        number=seal.number,
        year=seal.year,
        serial=seal.serial,
        party_names=tuple(party["name"] for party in json.loads(begun.text)["parties"]),
        dispute_type=case.dispute_type,
        sub_type=case.sub_type,
        amount=agreement.amount,
        sealed_at=seal.at,
        effective_on=seal.effective_on,
        confirmation_deadline=seal.confirmation_deadline,
        confirmable=seal.confirmable,
        confirmation_depends=seal.confirmation_depends,
        mediator_name=next(mediators, ""),
        digest=stored.manifest_sha256,
        pdf_sha256=pdf_sha256,
    )
