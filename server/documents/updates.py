"""Adds to a PDF without touching what is there (ISO 32000-1, 7.5.6)."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from server.documents import long_strings

long_strings.read_at_once()


class Update(IncrementalPdfFileWriter):
    """An update that leaves the file's metadata as it was locked."""

    def _update_meta(self) -> None:
        """Keep Info and XMP: they agree already, as PDF/A demands."""


def update_of(pdf: bytes) -> Update:
    """Return an empty update of the PDF."""
    return Update(BytesIO(pdf))


def written(update: IncrementalPdfFileWriter) -> bytes:
    """Return the PDF with its update."""
    out = BytesIO()
    update.write(out)
    return out.getvalue()
