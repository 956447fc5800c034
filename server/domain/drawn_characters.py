"""Characters of names that no font has yet: printed from a picture that staff bring.

Unicode gains Han characters every year (GB 18030-2022 asks for names to be written with
all of them), fonts follow later. The picture and the code point both stand in the frozen
text, so that it can be read and searched whatever a later reader's fonts have.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from server.domain.agreement_document import AgreementDocument, DrawnCharacter
from server.domain.errors import InvalidValueError
from server.domain.jurisdiction.texts import Text

MOST = 20
"""Pictures in one agreement."""

LARGEST_SIDE = 192
"""Pixels of a kept picture; at 12 pt a character printed from it has 1250 dots an inch."""

_HAN = (
    range(0x3400, 0xA000),  # extension A and the unified ideographs
    range(0xF900, 0xFB00),  # compatibility ideographs
    range(0x20000, 0x3FFFE),  # planes 2 and 3, which Unicode keeps for ideographs alone
)
_NOTE = Text(
    zh="“{character}”字字库未收，按所附图样印出，国际编码（Unicode）为{code}。",
    en="“{character}” is in no font: printed from the attached picture, Unicode {code}.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterPicture:
    """What staff brought for one character: a black and white PNG, base64."""

    character: str
    picture: str


def may_be_drawn(character: str) -> bool:
    """Return whether a picture may stand for this one character: any Han, no other script."""
    return len(character) == 1 and any(ord(character) in block for block in _HAN)


def code_point(character: str) -> str:
    """Return the character's code point as Unicode writes it, such as U+31350."""
    return f"U+{ord(character):04X}"


def told(characters: Iterable[str]) -> dict[str, str]:
    """Return the characters with their code points, as sentences about them name both."""
    each = sorted(characters)
    return {"characters": "".join(each), "codes": " ".join(map(code_point, each))}


def expect_drawable(character: str) -> None:
    """Raise InvalidValueError for what is not one Han character."""
    if not may_be_drawn(character):
        raise InvalidValueError(field="character", reason="not_han")


def brought(
    pictures: tuple[CharacterPicture, ...], new: CharacterPicture
) -> tuple[CharacterPicture, ...]:
    """Return the pictures with the new one, which replaces an earlier one of its character.

    Raises InvalidValueError beyond `MOST`.
    """
    kept = tuple(one for one in pictures if one.character != new.character)
    if len(kept) >= MOST:
        raise InvalidValueError(field="character", reason="too_many")
    return (*kept, new)


def without_picture(
    missing: Iterable[str], pictures: Iterable[CharacterPicture]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return which missing characters wait for a picture, and which nothing can print."""
    had = {one.character for one in pictures}
    lacking = frozenset(missing) - had
    waiting = frozenset(filter(may_be_drawn, lacking))
    return waiting, lacking - waiting


def with_pictures(
    text: AgreementDocument, missing: Collection[str], pictures: Iterable[CharacterPicture]
) -> AgreementDocument:
    """Return the text with the pictures of what no font has, and a closing line on each."""
    drawn = drawn_of(missing, pictures)
    notes = (note(one, text.language) for one in drawn)
    return replace(text, drawn=drawn, closing=(*text.closing, *notes))


def drawn_of(
    missing: Collection[str], pictures: Iterable[CharacterPicture]
) -> tuple[DrawnCharacter, ...]:
    """Return those of the missing characters that have a picture, by their code points."""
    used = sorted((p for p in pictures if p.character in missing), key=lambda p: p.character)
    return tuple(
        DrawnCharacter(character=p.character, code=code_point(p.character), picture=p.picture)
        for p in used
    )


def note(one: DrawnCharacter, language: str) -> str:
    """Return the line that says what a drawn character is."""
    return _NOTE.in_language(language).format(character=one.character, code=one.code)
