"""Renews the archive time stamps of sealed records, one record after the other.

First a record is verified as it is: what is broken is named and left alone, for a new time stamp
would only vouch for the damage. Then the renewal is made and verified, written beside the
record, and last logged with the new date in one transaction. Killed between, the next run
finds the renewal written, verifies it and logs it; whatever was not written is made anew.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from server.domain.canonical import sha256_hex
from server.domain.errors import DomainError, NotFoundError, UnreadableError, trail
from server.domain.ids import RecordId
from server.domain.register import RegisterEntry
from server.domain.renewal import (
    APPENDED,
    STAMP,
    ArchiveStamp,
    Due,
    folder_of,
    numbers_in,
    sums_name,
    sums_of,
    whole_pdf,
    why_due,
)
from server.domain.session_log import SYSTEM, happened
from server.domain.verification import SEAL_LASTING, Report
from server.usecases.check_records import failure_of
from server.usecases.known_issuers import anchors_of
from server.usecases.world import World

log = logging.getLogger(__name__)

RENEWED = "archive_timestamp.renewed"
PAGE = 50
_LONGEST = 200
_UNREADABLE = "unreadable"
NOBODY_CAN = frozenset(
    {
        *("timestamps_unavailable", "timestamp_unsound"),
        *("keys_unavailable", "disk_full", "archive_unavailable"),
    }
)
"""What is no fault of a record: the run ends, and the next one tries again."""


class Result(StrEnum):
    """What became of a record that was due."""

    WOULD_RENEW = "would_renew"
    RENEWED = "renewed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One record that was due: why, and what became of it. `until` is the stamp's end now."""

    record_id: RecordId
    number: str
    why: Due
    result: Result
    trouble: str = ""
    until: datetime | None = None


class AlreadyRenewingError(DomainError):
    """Another run renews time stamps now: two would ask for each twice."""

    code = "already_renewing"
    machine = True


async def renew_records(
    world: World, *, dry_run: bool = False, limit: int | None = None
) -> AsyncIterator[Outcome]:
    """Renew what is due, up to `limit` records, and yield what became of each.

    A dry run verifies each and writes nothing at all. Any other takes `world.turn_to_renew`.
    """
    after: RecordId | None = None
    done = 0
    while found := await _due(world, after):
        for stamp in found:
            after = stamp.record_id
            outcome = await _one(world, stamp, dry_run=dry_run)
            if outcome is None:
                continue
            yield outcome
            done += 1
            if done == limit or outcome.trouble in NOBODY_CAN:
                return


async def _due(world: World, after: RecordId | None) -> list[ArchiveStamp]:
    async with world.store.read() as uow:
        now, rules = world.clock.now(), world.rules.renewal
        return list(await uow.stamps.due(rules, now, after, PAGE))


async def _one(world: World, stamp: ArchiveStamp, *, dry_run: bool) -> Outcome | None:
    try:
        async with world.store.read() as uow:
            entry = await uow.register.get(stamp.record_id)
    except UnreadableError as unreadable:
        return await _failed(world, "", stamp, unreadable.code, dry_run=dry_run)
    return await _of_entry(world, entry, stamp, dry_run=dry_run)


async def _of_entry(
    world: World, entry: RegisterEntry, stamp: ArchiveStamp, *, dry_run: bool
) -> Outcome | None:
    try:
        known = await _known(world, stamp)
        why = await _why(world, known, dry_run=dry_run, stored=stamp)
        if why is None:
            return None
        until = await _renewed(world, entry, known, dry_run=dry_run)
    except DomainError as refused:
        return await _failed(world, entry.number, stamp, _told(refused), dry_run=dry_run)
    except Exception as fault:  # noqa: BLE001
        # As with seals that wait: one record that cannot be read must not hold up the others.
        said = trail(fault)
        log.error("record %s was not renewed: %s", stamp.record_id, said)  # noqa: TRY400 - never its words
        return await _failed(world, entry.number, stamp, _UNREADABLE, dry_run=dry_run)
    result = Result.WOULD_RENEW if dry_run else Result.RENEWED
    return replace(_outcome(entry.number, stamp, why, ""), result=result, until=until)


async def _failed(
    world: World, number: str, stamp: ArchiveStamp, trouble: str, *, dry_run: bool
) -> Outcome:
    if trouble in NOBODY_CAN:
        log.warning(
            "record %s keeps its time stamp until the next try: %s", stamp.record_id, trouble
        )
    elif not dry_run:
        await _troubled(world, stamp, trouble)
    why = why_due(stamp, world.rules.renewal, world.clock.now())
    return _outcome(number, stamp, why, trouble)


def _outcome(number: str, stamp: ArchiveStamp, why: Due | None, trouble: str) -> Outcome:
    return Outcome(
        record_id=stamp.record_id,
        number=number,
        why=why or Due.UNKNOWN,
        result=Result.FAILED,
        trouble=trouble,
    )


class NotRenewableError(DomainError):
    """The record does not hold as it is; `facts["facts"]` names what fails."""

    code = "not_renewable"


def _told(refused: DomainError) -> str:
    said = refused.facts.get("facts") if isinstance(refused, NotRenewableError) else refused.code
    return str(said)[:_LONGEST]


async def _known(world: World, stamp: ArchiveStamp) -> ArchiveStamp:
    """Return the stamp with its end, which is read from the PDF where nobody has yet."""
    if stamp.until is not None:
        return stamp
    pdf = await world.archive.pdf(stamp.record_id)
    last = await world.stamper.last_stamp(pdf)
    if last is None:
        return stamp
    trouble = "" if await world.stamper.lasts(pdf) else Due.UNPROVEN
    return replace(stamp, at=last.at, until=last.until, digest=last.digest, trouble=trouble)


async def _why(
    world: World, known: ArchiveStamp, *, dry_run: bool, stored: ArchiveStamp
) -> Due | None:
    """Return why the record is due after all; what was looked up is kept."""
    if known.until is None:
        return Due.NO_STAMP
    if known != stored and not dry_run:
        async with world.store.write() as uow:
            await uow.stamps.save(known, known.renewals)
    why = why_due(known, world.rules.renewal, world.clock.now())
    return why if why is not Due.UNPROVEN or await _may_last(world, known) else None


async def _may_last(world: World, known: ArchiveStamp) -> bool:
    """Ask each night for what the seal lacks: till somebody gives it another stamp adds nothing."""
    pdf = await world.archive.pdf(known.record_id)
    return await world.stamper.may_last(pdf, world.clock.now())


async def _renewed(
    world: World, entry: RegisterEntry, stamp: ArchiveStamp, *, dry_run: bool
) -> datetime | None:
    """Renew, and return until when the new stamp lasts; in a dry run, the present one."""
    if why := await failure_of(world, entry):
        raise NotRenewableError(facts=why)
    if dry_run:
        return stamp.until
    files = await world.archive.files(entry.record_id)
    number = stamp.renewals + 1
    if number not in numbers_in(files):
        made = await _made(world, entry, files, number)
        files = {**files, **made}
        report = await _holding(world, entry, files)
        await world.archive.renew(entry.record_id, number, made)
    else:  # written before, and the server stopped before it was logged
        report = await _holding(world, entry, files)
    return await _logged(world, stamp, files, report)


async def _made(
    world: World, entry: RegisterEntry, files: Mapping[str, bytes], number: int
) -> dict[str, bytes]:
    digest, now, folder = world.rules.renewal.digest, world.clock.now(), folder_of(number)
    whole, committee = whole_pdf(files), entry.committee_id
    appended = await world.stamper.renew(committee, whole, now, digest)
    made = {f"{folder}/{APPENDED}": appended}
    every = {**files, **made}
    sums = await world.pool.run(sums_of, entry.record_id, every, number, digest)
    token = await world.stamper.stamp(committee, sums, now, digest)
    return {**made, f"{folder}/{sums_name(digest)}": sums, f"{folder}/{STAMP}": token}


async def _holding(world: World, entry: RegisterEntry, files: Mapping[str, bytes]) -> Report:
    """Return the report on the record as renewed; NotRenewableError where it would not hold."""
    anchors = await anchors_of(world, entry)
    report = await world.archive.judge_files(files, anchors, world.clock.now())
    if not report.verified:
        raise NotRenewableError(facts=", ".join(fact.code for fact in report.failed))
    return report


async def _logged(
    world: World, before: ArchiveStamp, files: Mapping[str, bytes], report: Report
) -> datetime | None:
    """Log the renewal and keep its dates, unless another run did."""
    number, digest = before.renewals + 1, world.rules.renewal.digest
    found = next(dict(fact.facts) for fact in report.facts if fact.code == "archive_stamp")
    at, until = (datetime.fromisoformat(str(found[name])) for name in ("at", "until"))
    short = any(fact.code == SEAL_LASTING for fact in report.facts)
    trouble = Due.UNPROVEN if short else ""
    after = replace(before, at=at, until=until, digest=digest, renewals=number, trouble=trouble)
    what = happened(
        RENEWED,
        SYSTEM,
        record=before.record_id,
        renewal=number,
        stamp_sha256=sha256_hex(files[f"{folder_of(number)}/{STAMP}"]),
        valid_until=until.astimezone(UTC).isoformat(),
    )
    async with world.store.write() as uow:
        if await uow.stamps.save(after, before.renewals):
            await uow.log.append(before.case_id, (what,), world.clock.now())
    return until


async def _troubled(world: World, stamp: ArchiveStamp, trouble: str) -> None:
    log.error("the time stamp of record %s was not renewed: %s", stamp.record_id, trouble)
    async with world.store.write() as uow:
        try:
            kept = await uow.stamps.get(stamp.record_id)
        except NotFoundError:
            return
        if kept.renewals == stamp.renewals:  # unless another run has renewed it meanwhile
            await uow.stamps.save(replace(kept, trouble=trouble), kept.renewals)
