"""Where each participant stands in a grid: all alike, whoever speaks."""

import math
from dataclasses import dataclass
from typing import Final

STRIP: Final = 32
"""Pixels below each picture for the name."""
_GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the canvas in pixels; every number is even, as 4:2:0 needs it."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One participant's place."""

    picture: Area
    name: Area


def cells(count: int, width: int, height: int) -> list[Cell]:
    """Return so many equal cells, row by row; a row that is not full stands in the middle."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    wide, high = _even(width // columns), _even(height // rows)
    found = []
    for place in range(count):
        row, column = divmod(place, columns)
        inside = min(columns, count - row * columns)
        left = _even((width - inside * wide) // 2) + column * wide
        found.append(_cell(left, row * high, wide, high))
    return found


def _cell(x: int, y: int, width: int, height: int) -> Cell:
    picture = Area(x + _GAP, y + _GAP, width - 2 * _GAP, height - STRIP - 2 * _GAP)
    name = Area(x + _GAP, y + height - STRIP - _GAP, width - 2 * _GAP, STRIP)
    return Cell(picture, name)


def _even(number: int) -> int:
    return number & ~1
