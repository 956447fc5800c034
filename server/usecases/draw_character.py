"""Takes the picture of a character that no font has, to print it from."""

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, picture
from server.domain.case import Case
from server.domain.drawn_characters import CharacterPicture, expect_drawable
from server.domain.errors import TooLargeError
from server.domain.ids import CaseId
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.world import World

LARGEST = 8 * 1024 * 1024
"""Bytes of the photo or scan as it was taken."""


async def draw(
    world: World, actor: Actor, case_id: CaseId, character: str, content: bytes
) -> Agreement:
    """Keep the picture of one Han character for this draft, instead of an earlier one.

    Raises InvalidValueError for another character, for what shows none and beyond 20 of
    them; TooLargeError; WrongStateError once the text is locked.
    """
    expect_drawable(character)
    if len(content) > LARGEST:
        raise TooLargeError(limit=LARGEST)
    async with world.store.read() as uow:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(await uow.cases.get(case_id), actor))
    drawn = CharacterPicture(
        character=character, picture=await world.renderer.character_picture(content)
    )

    async def step(_: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        after = picture(agreement, drawn)
        # Which character, a name would tell: the log says only that there is a picture.
        what = happened("draft.character", actor.staff_id, pictures=len(after.pictures))
        return after, (what,)

    return await change(world, case_id, step)
