"""Every name that stands in a PDF: in any revision, at any depth, compressed or not.

ISO 32000-1, 7.5.6 (revisions) and 7.5.7 (object streams). The search of a file's bytes sees
nothing that is compressed, and no name that is written with escapes (7.3.5).
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader


def names(pdf: bytes) -> set[str]:
    """Return the names, keys among them, each with its slash and without escapes."""
    reader = PdfFileReader(BytesIO(pdf))
    return {name for thing in _objects(reader) for name in _names_in(thing)}


def _objects(reader: PdfFileReader) -> Iterator[generic.PdfObject]:
    for revision in range(reader.xrefs.total_revisions):
        yield reader.trailer.flatten(revision)
        for ref in reader.xrefs.explicit_refs_in_revision(revision):
            # What has no place of its own lies in an object stream, which has one.
            if isinstance(reader.xrefs.get_historical_ref(ref, revision), int):
                found = reader.get_object(ref, revision=revision)
                yield found
                yield from _within(found, ref)


def _within(found: generic.PdfObject, ref: generic.Reference) -> Iterator[generic.PdfObject]:
    """Yield what an object stream holds, whether or not anything refers to it."""
    if not isinstance(found, generic.StreamObject) or found.get("/Type") != "/ObjStm":
        return
    first = int(found["/First"])
    content = BytesIO(found.data)
    for offset in found.data[:first].split()[1::2]:
        content.seek(first + int(offset))
        yield generic.read_object(content, ref)


def _names_in(thing: generic.PdfObject) -> Iterator[str]:
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.NameObject):
            yield str(one)
        elif isinstance(one, generic.DictionaryObject):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, generic.ArrayObject):
            waiting += list.__iter__(one)  # as written, without following references
