"""Asks the fonts for what the seal prints of the committee, before a number is given.

From then on nothing about a seal changes any more: a character that no font has would keep
it waiting for ever.
"""

from server.domain.committee import Committee
from server.domain.drawn_characters import told
from server.domain.errors import InvalidValueError
from server.usecases.world import World


async def expect_printable(world: World, committee: Committee, reason: str) -> None:
    """Raise InvalidValueError for the first field with characters that no font has."""
    words = committee.sealed_words
    missing = await world.renderer.missing_characters("".join(words.values()))
    for field, text in words.items():
        if lacking := missing & set(text):
            raise InvalidValueError(field=field, reason=reason, **told(lacking))
