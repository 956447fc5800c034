"""Prints the papers of a case file: minutes, the acceptance form, cover and contents.

PDF/A-3a (ISO 19005-3) with PDF/UA-1 (ISO 14289-1) as the agreement, in the same hand. Nobody
signs these bytes, so a paper is never refused for a character: what no font has is printed
from the picture staff brought for the agreement, and anything else as its code, in sight.
"""

from collections.abc import Mapping
from dataclasses import asdict

from server.documents.fonts import FontFolders, missing_characters
from server.documents.templates import archival
from server.domain.drawn_characters import code_point, drawn_of, note
from server.domain.printout import Printout

LANGUAGE = "zh-CN"
CODED = "{codes}为字库和附图都没有的字或者符号的国际编码（Unicode）。"


def print_out(printout: Printout, fonts: FontFolders) -> bytes:
    """Return the paper as PDF; equal ones give equal bytes."""
    missing = missing_characters(printout.text(), fonts)
    drawn = drawn_of(missing, printout.pictures)
    coded = sorted(missing - {one.character for one in drawn})
    table = {ord(one): f"〔{code_point(one)}〕" for one in coded}
    notes = [note(one, LANGUAGE) for one in drawn]
    if coded:
        notes.append(CODED.format(codes="、".join(table[ord(one)] for one in coded)))
    sheet = {**asdict(printout), "pictures": (), "made_at": "", "notes": notes}
    return archival("printout", {"sheet": _legible(sheet, table)}, printout.made_at, fonts, drawn)


def _legible(value: object, table: Mapping[int, str]) -> object:
    """Return the same with every character in it that nothing draws written as its code."""
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _legible(one, table) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(one, table) for one in value]
    return value
