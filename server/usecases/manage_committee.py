"""The committee's particulars, its seal image and its holiday calendar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from server.domain.access import Act, allow
from server.domain.committee import Committee
from server.domain.errors import InvalidValueError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId
from server.domain.staff import Actor
from server.ports.files import StoredFile
from server.ports.store import CalendarYear, ConflictError
from server.usecases.committee_log import prefix_changed, seal_image_changed, tell
from server.usecases.made_files import made_file
from server.usecases.printable_seal import expect_printable
from server.usecases.world import World

SEAL_LIMIT = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


async def committee_of(world: World, actor: Actor) -> Committee:
    """Return the actor's committee."""
    async with world.store.read() as uow:
        return await uow.committees.get(actor.committee_id)


async def change_committee(world: World, actor: Actor, changed: Committee) -> Committee:
    """Save the particulars over the version the writer saw; another prefix is logged.

    Raises InvalidValueError for the field with characters that a seal could not print.
    """
    allow(actor, Act.MANAGE_COMMITTEE)
    whole = _typed(await committee_of(world, actor), changed)
    await expect_printable(world, whole, "characters_missing")
    async with world.store.write() as uow:
        present = await uow.committees.get(actor.committee_id)
        if present.version != changed.version:
            raise ConflictError(version=present.version)
        saved = await uow.committees.save(_typed(present, changed))
        await tell(world, uow, actor, tuple(prefix_changed(actor, present, saved)))
        return saved


def _typed(present: Committee, changed: Committee) -> Committee:
    """Return the committee with what the form has, and what it has not as it is."""
    return replace(
        changed,
        id=present.id,
        seal_image=present.seal_image,
        jurisdiction=present.jurisdiction,
        keeping=present.keeping,
        sealing=present.sealing,
    )


def check_seal_image(png: bytes) -> None:
    """Raise InvalidValueError unless the bytes are a PNG of at most 1 MB."""
    if not png.startswith(_PNG):
        raise InvalidValueError(field="seal", reason="not_png")
    if len(png) > SEAL_LIMIT:
        raise InvalidValueError(field="seal", reason="too_large")


def seal_file(world: World, committee: Committee, png: bytes) -> StoredFile:
    """Return the image as a file of the committee."""
    owner, kind = CaseId(committee.id), (FileKind.COMMITTEE_SEAL, "image/png")
    return made_file(world, owner, kind, png, "seal.png")


async def put_seal_image(world: World, actor: Actor, png: bytes) -> Committee:
    """Replace the image that the seal prints, and log which one it is."""
    allow(actor, Act.MANAGE_COMMITTEE)
    check_seal_image(png)
    async with world.store.write() as uow:
        committee = await uow.committees.get(actor.committee_id)
        file = seal_file(world, committee, png)
        await uow.files.add(file, png)
        await tell(world, uow, actor, (seal_image_changed(actor, file),))
        return await uow.committees.save(replace(committee, seal_image=file.id))


async def put_year(
    world: World, actor: Actor, year: int, holidays: Sequence[date], working: Sequence[date]
) -> None:
    """Store one year's holidays and make-up working days; raises CalendarEntryError."""
    allow(actor, Act.MANAGE_CALENDAR)
    world.pack.calendar_year(year, holidays, working, "staff")
    entered = CalendarYear(year=year, holidays=frozenset(holidays), working_days=frozenset(working))
    async with world.store.write() as uow:
        await uow.calendar.put(entered)
