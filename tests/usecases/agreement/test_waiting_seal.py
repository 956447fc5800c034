"""A seal that waited: what the page says is the day it was applied, its stamps say when made."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from server.archive.local import LocalArchive
from server.documents.inspection import inspect
from server.documents.keys import SealRefusedError
from server.documents.wording import chinese_moment
from server.documents.work import LocalChain
from server.domain.agreement import Seal
from server.domain.record import RecordParts
from server.outside_seal import ready
from server.ports.archive import SignManifest, StoredRecord
from server.ports.documents import SealedPdf, SealOrder
from server.usecases.seal_agreement import resume_sealing
from server.usecases.world import World
from tests.support import signing
from tests.support.cases import agent, applicant, company, power
from tests.support.signing import agreement
from tests.support.world import Stage
from tests.usecases.agreement.spoilt import spoil

FIVE_DAYS_S = 5 * 86_400


class StoppedError(Exception):
    """The server stops here."""


class Stopped(LocalChain):
    """The server stops once the number is given."""

    async def seal(self, order: SealOrder) -> SealedPdf:
        raise StoppedError(order.number)


class _Unwritten(LocalArchive):
    """The server stops once the sealed bytes are kept."""

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        raise StoppedError(parts.record_id, keep_until)


async def stopped_at(
    office: Stage, stop: type[LocalChain | LocalArchive]
) -> tuple[signing.Sitting, World]:
    """Return the sitting of a sealing that stopped there, and the world that goes on."""
    made, world = await signing.signed(office), office.world
    assert isinstance(world.chain, LocalChain)
    assert isinstance(world.archive, LocalArchive)
    archive = world.archive
    if issubclass(stop, LocalChain):
        stopped = replace(world, chain=stop(world.chain.work, world.chain.desk))
    else:
        doomed = stop(archive.folder, archive.work, archive.tools, archive.disk)
        stopped = replace(world, archive=doomed)
    with pytest.raises(StoppedError):
        await signing.seal(made, stopped)
    return made, world


async def sealed_later(office: Stage, stop: type[LocalChain | LocalArchive]) -> tuple[Seal, bytes]:
    """Return the seal and PDF of a sealing that stopped there and went on five days later."""
    made, world = await stopped_at(office, stop)
    await office.clock.advance(FIVE_DAYS_S)
    await resume_sealing(world)
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    report = await world.archive.verify(seal.record_id, ())
    assert report.verified, report.failed
    return seal, await world.archive.read(seal.record_id, "agreement.pdf")


async def moments(pdf: bytes) -> Mapping[str, datetime | None]:
    found = await asyncio.to_thread(inspect, pdf, len(pdf), [])
    return {"seal": found.each[-1].signed_at, "archive": found.stamps[-1].at}


async def test_its_stamps_say_when_they_were_made(office: Stage) -> None:
    seal, pdf = await sealed_later(office, Stopped)
    now = office.clock.now().replace(microsecond=0)
    assert await moments(pdf) == {"seal": now, "archive": now}
    assert (now - seal.at).days >= 4
    fields = PdfFileReader(BytesIO(pdf)).root["/AcroForm"]["/Fields"]
    said = {str(one.get_object()["/T"]): one.get_object().get("/V") for one in fields}
    assert said["sealed"] == chinese_moment(seal.at)


async def test_what_was_sealed_before_it_stopped_is_not_stamped_anew(office: Stage) -> None:
    seal, pdf = await sealed_later(office, _Unwritten)
    stamped = await moments(pdf)
    assert stamped["seal"] == stamped["archive"]
    assert stamped["archive"] is not None
    assert (office.clock.now() - stamped["archive"]).days >= 4
    assert abs((seal.at - stamped["archive"]).total_seconds()) <= 1


async def test_no_other_seal_is_taken_between_a_pdf_and_its_record(office: Stage) -> None:
    made, world = await stopped_at(office, _Unwritten)
    with pytest.raises(SealRefusedError) as refused:
        await ready(world.store, made.case.committee_id)
    assert refused.value.reason == "waiting"
    await resume_sealing(world)
    assert (await ready(world.store, made.case.committee_id)).id == made.case.committee_id


async def test_one_is_taken_where_nothing_was_sealed_for_want_of_it(office: Stage) -> None:
    made, world = await stopped_at(office, Stopped)
    assert (await ready(world.store, made.case.committee_id)).id == made.case.committee_id


async def test_who_signed_is_told_though_the_power_to_sign_has_ended(office: Stage) -> None:
    today = office.world.pack.local_day(office.clock.now())
    ending = company(agent(authority=power(valid_to=today)))
    made = await signing.signed(office, parties=(applicant(), ending))
    await office.clock.advance(2 * 86_400)
    await signing.seal(made)
    told = {m.person_id for m in office.notifier.sent if m.kind == "sealed"}
    text = await agreement(office.world, made.case.id)
    people = {person.id for person in made.case.people}
    assert told == people & {one.signer for one in text.signatures}
    assert len(told) == 2


async def test_one_that_cannot_be_read_keeps_no_other_waiting(
    office: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = [await _begun(office) for _ in range(2)]
    spoil(tmp_path, "UPDATE agreements SET body = x'00' WHERE case_id = ?", broken.case.id)
    await resume_sealing(office.world)
    assert (await agreement(office.world, whole.case.id)).seal is not None
    assert f"the seal of case {broken.case.id} still waits" in caplog.text


async def _begun(office: Stage) -> signing.Sitting:
    made, world = await signing.signed(office), office.world
    assert isinstance(world.chain, LocalChain)
    stopped = replace(world, chain=Stopped(world.chain.work, world.chain.desk))
    with pytest.raises(StoppedError):
        await signing.seal(made, stopped)
    return made
