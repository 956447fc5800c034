"""Fills the blanks of a locked PDF: words and pictures, in one incremental update."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from server.documents.fonts import FontFolders
from server.documents.pictures import Picture, embed
from server.documents.tagging import Structure
from server.documents.typesetting import font_set, whole
from server.ports.documents import Slot

TEMPLATE = Path(__file__).with_name("fill.typ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words for a blank."""

    slot: Slot
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture for a blank; `alt` says what it shows."""

    slot: Slot
    picture: Picture
    alt: str


@dataclass
class Filling:
    """One update in the making."""

    writer: IncrementalPdfFileWriter

    def __post_init__(self) -> None:
        """Find the structure tree once."""
        self.structure = Structure(self.writer)

    def write(self, blanks: Sequence[Words], fonts: FontFolders) -> None:
        """Draw words into blanks, shrunk to fit."""
        for blank, form in zip(blanks, self._forms(_drawn(blanks, fonts)), strict=True):
            page = self.page(blank.slot.page)
            mcid = self.structure.content(page, "/P")
            x, y = self.corner(blank.slot)
            self._paint(blank.slot, f"/P <</MCID {mcid}>> BDC q 1 0 0 1 {x:.3f} {y:.3f} cm", form)

    def show(self, shown: Shown) -> None:
        """Draw a picture into a blank, as large as fits, centred."""
        page = self.page(shown.slot.page)
        mcid = self.structure.content(page, "/Figure", shown.alt)
        width, height, x, y = self.fitted(shown)
        place = f"{width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm"
        self._paint(
            shown.slot,
            f"/Figure <</MCID {mcid}>> BDC q {place}",
            embed(self.writer, shown.picture),
        )

    def page(self, number: int) -> generic.IndirectObject:
        """Return page `number`, counted from 1."""
        found: generic.IndirectObject = self.writer.find_page_for_modification(number - 1)[0]
        return found

    def corner(self, slot: Slot) -> tuple[float, float]:
        """Return the lower left corner of a blank in the page's own coordinates."""
        return slot.x, self._height(slot.page) - slot.y - slot.height

    def fitted(self, shown: Shown) -> tuple[float, float, float, float]:
        """Return width, height, x, y of the picture inside its blank."""
        slot, ratio = shown.slot, shown.picture.ratio
        width = min(slot.width, slot.height * ratio)
        height = width / ratio
        x, y = self.corner(slot)
        return width, height, x + (slot.width - width) / 2, y + (slot.height - height) / 2

    def _height(self, page: int) -> float:
        return float(self.page(page).get_object()["/MediaBox"][3])

    def _paint(self, slot: Slot, before: str, thing: generic.IndirectObject) -> None:
        name = "/Fill" + "".join(c if c.isalnum() and c.isascii() else "_" for c in slot.name)
        name = f"{name}{thing.idnum}"
        stream = generic.StreamObject(stream_data=f"\n{before} {name} Do Q EMC\n".encode())
        resources = generic.DictionaryObject(
            {pdf_name("/XObject"): generic.DictionaryObject({pdf_name(name): thing})}
        )
        self.writer.add_stream_to_page(slot.page - 1, self.writer.add_object(stream), resources)

    def _forms(self, drawn: bytes) -> list[generic.IndirectObject]:
        reader = PdfFileReader(BytesIO(drawn))
        pages = [kid.get_object() for kid in _kids(reader)]
        parts = generic.ArrayObject(
            [page.raw_get(key) for page in pages for key in ("/Resources", "/Contents")]
        )
        # One import for all pages, so that they share their fonts.
        parts.container_ref = reader.root.container_ref
        copied = self.writer.import_object(parts)
        if not isinstance(copied, generic.ArrayObject):
            raise TypeError(copied)
        return [
            self._form(page, copied.raw_get(2 * index), copied[2 * index + 1])
            for index, page in enumerate(pages)
        ]

    def _form(
        self,
        page: Mapping[str, generic.PdfObject],
        resources: generic.PdfObject,
        content: generic.StreamObject,
    ) -> generic.IndirectObject:
        form = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): page["/MediaBox"],
                pdf_name("/Resources"): resources,
            },
            stream_data=content.data,
        )
        form.compress()
        return self.writer.add_object(form)


def _kids(reader: PdfFileReader) -> Sequence[generic.IndirectObject]:
    kids = reader.root["/Pages"]["/Kids"]
    return [kids.raw_get(index) for index in range(len(kids))]


def _drawn(blanks: Sequence[Words], fonts: FontFolders) -> bytes:
    sizes = [{"words": b.words, "width": b.slot.width, "height": b.slot.height} for b in blanks]
    made = typst.Compiler(TEMPLATE, font_paths=font_set(fonts)).compile(
        format="pdf",
        pdf_standards=["1.7"],
        pdf_tags=False,
        sys_inputs={"blanks": json.dumps(sizes, ensure_ascii=False)},
    )
    return whole(made)
