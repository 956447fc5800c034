"""Reads what a PDF carries: its embedded files and its number of pages."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


def attachment(pdf: bytes, name: str) -> bytes:
    """Return the embedded file called `name`; KeyError when there is none."""
    return pages_and_attachment(pdf, name)[1]


def pages_and_attachment(pdf: bytes, name: str) -> tuple[int, bytes]:
    """Return how many pages a PDF has, and the embedded file as above; it is opened once."""
    with closing(pypdfium2.PdfDocument(pdf)) as opened:
        files = map(opened.get_attachment, range(opened.count_attachments()))
        found = next((one for one in files if one.get_name() == name), None)
        if found is None:
            raise KeyError(name)
        return len(opened), bytes(found.get_data())


def every_attachment(pdf: bytes, name: str) -> set[bytes]:
    """Return the contents under which a reader of any maker may find the file called `name`.

    It is named in two lists of the catalog, under an old and a new name, each with a stream of its
    own (ISO 32000-1, 7.11.3 and 7.11.4); who exchanges one of them shows different people
    different files. Raises what reading a broken PDF raises.
    """
    root = PdfFileReader(BytesIO(pdf)).root
    tree = root.get("/Names", {}).get("/EmbeddedFiles", {})
    files = [*(one.get_object() for one in root.get("/AF", ())), *_files_below(tree)]
    named = (one["/EF"] for one in files if name in {one.get("/F"), one.get("/UF")})
    return {bytes(streams[key].data) for streams in named for key in streams}


def _files_below(node: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield what a name tree holds (ISO 32000-1, 7.9.6)."""
    for one in list(node.get("/Names", ()))[1::2]:
        yield one.get_object()
    for below in node.get("/Kids", ()):
        yield from _files_below(below.get_object())


def in_digits(update: IncrementalPdfFileWriter) -> None:
    """Write every embedded file once more, as hexadecimal digits (ISO 32000-1, 7.4.2).

    A shell can read these and has nothing to unpack with. As they are, what people wrote would
    stand among the words of the PDF itself.
    """
    for one in update.root["/AF"]:
        content = one.get_object()["/EF"]["/F"]
        content.strip_filters()
        content.apply_filter(pdf_name("/ASCIIHexDecode"))
        update.update_container(content)
