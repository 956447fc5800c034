"""A paper printed for the case file: its words in order, without any layout.

Nothing of it is kept: it is made from the case each time, and says for whom and when.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Literal

from server.domain.drawn_characters import CharacterPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What stands after its name; without words a line to be filled in by hand."""

    label: str
    text: str
    kind: Literal["named"] = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One paragraph."""

    text: str
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said; `tag` says what it is, empty for a plain statement."""

    speaker: str
    tag: str
    text: str
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A name over what follows."""

    text: str
    kind: Literal["section"] = "section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A place to sign, with a day beside it; nothing is ever filled in."""

    label: str
    name: str
    kind: Literal["hand"] = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A row of a form with lines; `signed` leaves room to sign after each line."""

    label: str
    lines: tuple[str, ...]
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """A form with lines around its rows."""

    rows: tuple[Box, ...]
    kind: Literal["boxes"] = "boxes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlace:
    """Where the committee seals by hand, with a day below."""

    committee: str
    kind: Literal["seal"] = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A new page under a title of its own."""

    title: str
    kind: Literal["page"] = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list in columns: number, name, whether it must be there, pages, a note."""

    head: tuple[str, str, str, str, str]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["listing"] = "listing"


Part = Named | Words | Said | Section | Hand | Boxes | SealPlace | Page | Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Printout:
    """One paper. `number` is the case's, `made` says for whom and when it was printed.

    `log` names the head of the case's log just before, to which the paper is thereby tied.
    `pictures` are of characters that no font has, as staff brought them for the agreement.
    """

    title: str
    committee: str
    number: str
    log: str
    made: str
    made_at: datetime
    parts: tuple[Part, ...]
    pictures: tuple[CharacterPicture, ...] = ()

    def text(self) -> str:
        """Return every word of it."""
        small = (self.title, self.committee, self.number, self.log, self.made)
        return "\n".join((*small, *_strings(self.parts)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _strings(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
