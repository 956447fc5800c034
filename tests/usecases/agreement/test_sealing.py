"""Sealing: one number and one record, whatever stops it, and every byte as it was signed."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from server.api.views.agreement import agreement_view
from server.archive.disk import Disk
from server.archive.local import LocalArchive
from server.domain.agreement import Agreement, AgreementState, Seal
from server.domain.case import CaseState
from server.domain.errors import (
    ForbiddenError,
    StaleRevisionError,
    StepUpNeededError,
    WrongStateError,
)
from server.domain.record import RecordParts
from server.ports.archive import SignManifest, StoredRecord
from server.ports.store import CalendarYear, DiskFullError
from server.usecases import draft_agreement, end_case, seal_agreement, unlock_agreement
from server.usecases.draft_agreement import ClauseForm
from server.usecases.read_agreement import see
from server.usecases.seal_agreement import resume_sealing
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.papers import with_archive
from tests.support.signing import Sitting, agreement, draft, lock, stepped_up
from tests.support.world import COMMITTEE, Stage, actor


async def seal_of(made: Sitting) -> Seal:
    found = (await agreement(made.world, made.case.id)).seal
    assert found is not None
    return found


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class DyingDisk(Disk):
    """Dies when the `at`-th thing is asked of it."""

    at: int
    asked: list[str]

    def _step(self, name: str) -> None:
        self.asked.append(name)
        if len(self.asked) == self.at:
            raise Killed(name)

    def write(self, path: Path, content: bytes) -> None:
        self._step("write")
        super().write(path, content)

    def close_folder(self, folder: Path) -> None:
        self._step("close_folder")
        super().close_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self._step("rename")
        super().rename(old, new)
        self._step("renamed")


def dying(world: World, at: int) -> tuple[World, list[str]]:
    asked: list[str] = []
    return with_archive(world, disk=DyingDisk(at, asked)), asked


@contextmanager
def killed() -> Iterator[None]:
    with pytest.raises(Killed):
        yield


async def test_sealing_asks_for_the_head_the_text_and_a_fresh_second_factor(
    office: Stage,
) -> None:
    made = await signing.signed(office)
    world, case_id, pdf = office.world, made.case.id, await signing.pdf_sha256(made)
    with pytest.raises(StepUpNeededError):
        await seal_agreement.seal(world, actor("he"), case_id, pdf)
    for login in ("su", "jiang", "officer", "admin"):
        with pytest.raises(ForbiddenError):
            await seal_agreement.seal(world, stepped_up(login), case_id, pdf)
    with pytest.raises(StaleRevisionError):
        await seal_agreement.seal(world, stepped_up("he"), case_id, "0" * 64)
    await seal_agreement.seal(world, stepped_up("he"), case_id, pdf)
    assert (await seal_of(made)).by == "staff-he"


async def test_nothing_is_sealed_before_everybody_has_signed(office: Stage) -> None:
    made = await signing.locked(office)
    with pytest.raises(WrongStateError):
        await signing.seal(made)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    await signing.staff_signs(made, "su")
    with pytest.raises(WrongStateError):
        await signing.seal(made)
    assert (await agreement(office.world, made.case.id)).sealing is None
    await signing.staff_signs(made, "jiang")
    await signing.seal(made)


async def test_what_was_shown_is_what_was_signed_is_what_is_sealed(office: Stage) -> None:
    made = await signing.signed(office)
    text = await agreement(office.world, made.case.id)
    assert text.locked is not None
    async with office.world.store.read() as uow:
        shown = await uow.files.content(text.locked.pdf)
    await signing.seal(made)
    record = (await seal_of(made)).record_id
    await expect_same_bytes(office, text, record, shown)


async def expect_same_bytes(office: Stage, text: Agreement, record: Any, shown: bytes) -> None:
    assert text.locked is not None
    assert hashlib.sha256(shown).hexdigest() == text.locked.pdf_sha256
    for given_ in text.signatures:
        said = json.loads(given_.statement)
        assert said["pdf_sha256"] == text.locked.pdf_sha256
        assert said["agreement_sha256"] == text.locked.digest
    sealed = await office.world.archive.read(record, "agreement.pdf")
    assert sealed.startswith(shown)
    assert len(sealed) > len(shown)
    plain = await office.world.archive.read(record, "agreement.json")
    assert hashlib.sha256(plain).hexdigest() == text.locked.digest


WORDS = st.lists(
    st.sampled_from(("甲方", "乙方", "应当", "在", "三日内", "搬走", "物品", "，", "。")),
    min_size=1,
    max_size=40,
).map("".join)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=WORDS)
async def test_any_words_come_through_byte_for_byte(office: Stage, words: str) -> None:
    made = await signing.drafted(office)
    texts = (*signing.CLAUSES, words)
    present = (await agreement(office.world, made.case.id)).clauses
    ids = [*(clause.id for clause in present), None]
    clauses = tuple(ClauseForm(id=i, text=t) for i, t in zip(ids, texts, strict=True))
    form = draft(made.case, 1, clauses=clauses)
    await draft_agreement.edit(office.world, actor("su"), made.case.id, form)
    for phone in made.phones:
        for clause in range(len(texts)):
            await phone.answer(clause)
    await lock(made)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    text = await agreement(office.world, made.case.id)
    assert text.locked is not None
    async with office.world.store.read() as uow:
        shown = await uow.files.content(text.locked.pdf)
    await signing.seal(made)
    await expect_same_bytes(office, text, (await seal_of(made)).record_id, shown)


@pytest.mark.parametrize("at", [1, 2, 15, 28, 29, 35, 36, 37])
async def test_a_kill_between_any_two_steps_leaves_a_seal_that_waits(
    office: Stage, at: int
) -> None:
    made = await signing.signed(office)
    doomed, asked = dying(office.world, at)
    with killed():
        await signing.seal(made, doomed)
    assert len(asked) == at
    waiting = await agreement(office.world, made.case.id)
    assert waiting.state is AgreementState.SIGNED
    assert waiting.sealing is not None
    assert waiting.seal is None
    await resume_sealing(office.world)
    await resume_sealing(office.world)
    await expect_one_record(office, made)


async def expect_one_record(office: Stage, made: Sitting) -> None:
    seal = await seal_of(made)
    assert seal.number == "湖禾人调字〔2025〕第001号"
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.SEALED
    async with office.world.store.read() as uow:
        entry = await uow.register.of_case(made.case.id)
    assert entry is not None
    assert (entry.record_id, entry.serial, entry.year) == (seal.record_id, 1, 2025)
    archive = office.world.archive
    assert isinstance(archive, LocalArchive)
    assert len(list((archive.folder / "records").glob("*/*"))) == 1
    report = await archive.verify(seal.record_id, ())
    assert report.verified, report.failed
    assert report.manifest_sha256 == entry.digest
    kinds = await cases.kinds(office.world, made.case.id)
    for kind in ("seal.applied", "agreement.effective", "record.written"):
        assert kinds.count(kind) == 1


class LastStepArchive(LocalArchive):
    """Writes the record, then dies before anybody hears of it."""

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        await super().write(parts, sign, keep_until)
        raise Killed


async def test_a_record_written_twice_is_the_same_record(office: Stage) -> None:
    made = await signing.signed(office)
    archive = office.world.archive
    assert isinstance(archive, LocalArchive)
    doomed = LastStepArchive(archive.folder, archive.work, archive.tools, archive.disk)
    with killed():
        await signing.seal(made, replace(office.world, archive=doomed))
    await cases.opened(office.world, made.case, "刘春梅")  # the log goes on meanwhile
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, name="改了名的委员会", address="别处"))
    await office.clock.advance(3600)
    await resume_sealing(office.world)
    await expect_one_record(office, made)


async def test_what_waits_is_neither_opened_again_nor_ended(office: Stage) -> None:
    made = await signing.signed(office)
    doomed, _ = dying(office.world, 1)
    with killed():
        await signing.seal(made, doomed)
    with pytest.raises(WrongStateError):
        await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "再改一改")
    with pytest.raises(WrongStateError):
        await end_case.end(office.world, actor("su"), made.case.id, "other", "")
    await resume_sealing(office.world)
    await expect_one_record(office, made)


async def test_a_party_that_leaves_while_the_seal_waits_undoes_nothing(office: Stage) -> None:
    made = await signing.signed(office)
    doomed, _ = dying(office.world, 1)
    with killed():
        await signing.seal(made, doomed)
    await end_case.stop(office.world, made.worker.invitation, "")
    await resume_sealing(office.world)
    await expect_one_record(office, made)


class FullDisk(Disk):
    """A disk without room for another file."""

    def write(self, path: Path, content: bytes) -> None:
        raise DiskFullError


async def test_a_full_disk_is_shown_and_nothing_is_lost(office: Stage) -> None:
    made = await signing.signed(office)
    full = with_archive(office.world, disk=FullDisk())
    with pytest.raises(DiskFullError):
        await signing.seal(made, full)
    with pytest.raises(DiskFullError):
        await signing.seal(made, full)
    waiting = await agreement(office.world, made.case.id)
    assert waiting.sealing is not None
    await resume_sealing(full)
    assert (await agreement(office.world, made.case.id)).seal is None
    await signing.seal(made)
    await expect_one_record(office, made)


async def test_many_tries_at_once_make_one_seal(office: Stage) -> None:
    made = await signing.signed(office)
    await asyncio.gather(*(signing.seal(made) for _ in range(8)), resume_sealing(office.world))
    await expect_one_record(office, made)


async def test_one_record_that_cannot_be_written_does_not_hold_up_others(office: Stage) -> None:
    bad, good = await signing.signed(office), await signing.signed(office)
    for made in (bad, good):
        doomed, _ = dying(office.world, 1)
        with killed():
            await signing.seal(made, doomed)
    text = await agreement(office.world, bad.case.id)
    assert text.sealing is not None
    unprintable = replace(text.sealing, number="湖\U0003134a〔2025〕第001号")
    odd = replace(text, sealing=unprintable, added=text.added[:-1])
    async with office.world.store.write() as uow:
        await uow.agreements.save(odd)
    await resume_sealing(office.world)
    assert (await agreement(office.world, bad.case.id)).seal is None
    assert (await agreement(office.world, good.case.id)).seal is not None


async def test_numbers_follow_each_other_without_a_gap(office: Stage) -> None:
    made = [await signing.signed(office) for _ in range(3)]
    doomed, _ = dying(office.world, 1)
    with killed():
        await signing.seal(made[0], doomed)
    with pytest.raises(WrongStateError):
        await signing.seal(await signing.locked(office))
    await asyncio.gather(signing.seal(made[1]), signing.seal(made[2]))
    await resume_sealing(office.world)
    seals = [await seal_of(one) for one in made]
    assert sorted(seal.serial for seal in seals) == [1, 2, 3]
    assert seals[0].serial == 1


async def test_two_hundred_numbers_taken_at_once_have_no_gap(office: Stage) -> None:
    async def allot(fails: bool) -> int:
        async with office.world.store.write() as uow:
            serial = await uow.register.allot(COMMITTEE, 2025)
            if fails:
                raise WrongStateError(state="failed")
            return serial

    jobs = [allot(fails=n % 3 == 0) for n in range(300)]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    taken = [one for one in done if isinstance(one, int)]
    assert sorted(taken) == list(range(1, 201))


async def test_the_year_of_the_number_is_the_local_one(office: Stage) -> None:
    made = await signing.signed(office)
    eve = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    await office.clock.advance((eve - office.clock.now()).total_seconds() + 120)
    await signing.seal(made)
    seal = await seal_of(made)
    assert (seal.year, seal.effective_on) == (2026, date(2026, 1, 1))
    assert seal.number == "湖禾人调字〔2026〕第001号"


async def test_a_missing_calendar_leaves_the_day_as_counted_and_names_the_year(
    office: Stage,
) -> None:
    made = await signing.signed(office)
    far = datetime(2040, 12, 20, 3, 0, tzinfo=UTC)
    await office.clock.advance((far - office.clock.now()).total_seconds())
    await signing.seal(made)
    seal = await seal_of(made)
    assert seal.confirmation_deadline == date(2041, 1, 19)
    desk = await see(office.world, actor("he"), made.case.id)
    view = agreement_view(office.world, desk)
    assert (view.confirmation_deadline, view.calendar_missing) == (date(2041, 1, 19), 2041)
    entered = CalendarYear(
        year=2041, holidays=frozenset({date(2041, 1, 1)}), working_days=frozenset()
    )
    async with office.world.store.write() as uow:
        await uow.calendar.put(entered)
    desk = await see(office.world, actor("he"), made.case.id)
    view = agreement_view(office.world, desk)
    assert (view.confirmation_deadline, view.calendar_missing) == (date(2041, 1, 21), None)


async def test_a_clock_that_stands_before_the_last_signature_waits(office: Stage) -> None:
    made = await signing.signed(office)
    office.clock.jump(-3600)
    with pytest.raises(WrongStateError) as refusal:
        await signing.seal(made)
    assert refusal.value.facts["state"] == "clock_behind"
    office.clock.jump(3600)
    await signing.seal(made)


async def test_the_parties_are_told_once(office: Stage) -> None:
    made = await signing.sealed(office)
    await resume_sealing(office.world)
    told = [m for m in office.notifier.sent if m.kind == "sealed"]
    assert sorted(m.mobile for m in told) == ["19900000001", "19900000003"]
    assert all("协议" in m.text and "陈" not in m.text and not m.link for m in told)
    assert (await cases.kinds(office.world, made.case.id)).count("delivery.sent") == 2


async def test_who_takes_no_papers_electronically_is_not_written_to(office: Stage) -> None:
    await signing.sealed(office, scopes=("online_mediation", "e_signature"))
    assert [m for m in office.notifier.sent if m.kind == "sealed"] == []
