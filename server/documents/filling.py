"""Fills fields with what they show: words drawn by Typst, and pictures.

Nothing is drawn on the page itself: it is signed already. What a field shows is its
appearance (ISO 32000-1, 12.5.5), with the fonts it needs inside the file.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from server.documents.fonts import FontFolders
from server.documents.form import Box, appearance
from server.documents.pictures import Picture, embed
from server.documents.templates import passing
from server.documents.typesetting import refuse_missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words for a box, shrunk to fit; the box counts from where they are shown."""

    words: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture for a box, as large as fits, centred."""

    picture: Picture
    box: Box

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Return width, height, x and y of the picture."""
        box, ratio = self.box, self.picture.ratio
        width = min(box.width, box.height * ratio)
        height = width / ratio
        return width, height, box.x + (box.width - width) / 2, box.y + (box.height - height) / 2


def drawn(words: Sequence[Words], fonts: FontFolders) -> bytes:
    """Return a PDF with one page for each, exactly its size.

    Raises MissingCharactersError when no font can draw them.
    """
    refuse_missing("".join(one.words for one in words), fonts)
    sizes = [{"words": w.words, "width": w.box.width, "height": w.box.height} for w in words]
    return passing("fill", sizes, fonts)


def forms(writer: BasePdfFileWriter, pages: bytes) -> list[generic.IndirectObject]:
    """Return every page of a drawn PDF as a form object of the PDF being written."""
    reader = PdfFileReader(BytesIO(pages))
    kids = reader.root["/Pages"]["/Kids"]
    found = [kids.raw_get(index).get_object() for index in range(len(kids))]
    parts = generic.ArrayObject(
        [page.raw_get(key) for page in found for key in ("/Resources", "/Contents")]
    )
    # One import for all pages, so that they share their fonts.
    parts.container_ref = reader.root.container_ref
    copied = writer.import_object(parts)
    if not isinstance(copied, generic.ArrayObject):
        raise TypeError(copied)
    return [
        _form(writer, page, copied.raw_get(2 * index), copied[2 * index + 1])
        for index, page in enumerate(found)
    ]


def _form(
    writer: BasePdfFileWriter,
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
    return writer.add_object(form)


def face(
    writer: BasePdfFileWriter,
    words: Sequence[Words],
    shown: Sequence[Shown],
    fonts: FontFolders,
) -> tuple[bytes, dict[str, generic.IndirectObject]]:
    """Return the drawing of an appearance and the objects it names."""
    named: dict[str, generic.IndirectObject] = {}
    lines = []
    for number, form in enumerate(forms(writer, drawn(words, fonts)) if words else ()):
        box = words[number].box
        named[f"/Words{number}"] = form
        lines.append(f"q 1 0 0 1 {box.x:.3f} {box.y:.3f} cm /Words{number} Do Q")
    for number, one in enumerate(shown):
        width, height, x, y = one.place
        named[f"/Shown{number}"] = embed(writer, one.picture)
        lines.append(f"q {width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm /Shown{number} Do Q")
    return "\n".join(lines).encode(), named


def show(
    writer: BasePdfFileWriter,
    field: generic.DictionaryObject,
    drawing: tuple[bytes, dict[str, generic.IndirectObject]],
) -> None:
    """Give a button its picture."""
    left, low, right, top = (float(corner) for corner in field["/Rect"])
    objects = {pdf_name(name): form for name, form in drawing[1].items()}
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(
                map(generic.FloatObject, (0, 0, right - left, top - low))
            ),
            pdf_name("/Resources"): generic.DictionaryObject(
                {pdf_name("/XObject"): generic.DictionaryObject(objects)}
            ),
        },
        stream_data=drawing[0],
    )
    field[pdf_name("/AP")] = appearance(writer.add_object(form), of_button=True)
    writer.update_container(field)
