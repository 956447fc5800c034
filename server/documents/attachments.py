"""Reads what a PDF carries: its embedded files and its number of pages."""

import pypdfium2  # type: ignore[import-untyped]


def attachment(pdf: bytes, name: str) -> bytes:
    """Return the embedded file called `name`; KeyError when there is none."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        for index in range(opened.count_attachments()):
            found = opened.get_attachment(index)
            if found.get_name() == name:
                return bytes(found.get_data())
    finally:
        opened.close()
    raise KeyError(name)


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return len(opened)
    finally:
        opened.close()
