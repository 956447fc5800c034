"""Handler of pictures for characters that no font has."""

from server.api.agreements import agreement
from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.schemas import agreement as wire
from server.api.uploads import read_upload
from server.domain.errors import InvalidValueError
from server.usecases import draw_character

LONGEST_CODE = 6


async def draw(context: Context, _: None) -> wire.AgreementView:
    """Keep the picture of one character, named by its code point in hexadecimal."""
    character = _character(context.path["code"])
    given = await read_upload(context, draw_character.LARGEST)
    await draw_character.draw(context.world, context.staff, case_id(context), character, given[1])
    return await agreement(context, None)


def _character(code: str) -> str:
    """Return the character; InvalidValueError for what Unicode has no place for."""
    try:
        return chr(int(code[: LONGEST_CODE + 1], 16))
    except (ValueError, OverflowError):
        raise InvalidValueError(field="character", reason="not_han") from None
