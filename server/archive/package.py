"""Packs a record as one ZIP for a party, a court or an archive.

It is an ASiC-E container too where the record was signed as one: `mimetype` comes first, and
`META-INF` stands beside the record's folder (ETSI EN 319 162-1, 4.4). So do the renewals of
its time stamp, with the PDF as they leave it. Stored, sorted and dated
alike, so that the same record always gives the same bytes.
"""

import os
import zipfile
from collections.abc import Mapping

from server.domain.container import CONTAINER, META, MIMETYPE, MIMETYPE_CONTENT
from server.domain.renewal import RENEWALS, WHOLE, numbers_in, whole_pdf

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment ZIP can name
FILE_MODE = 0o100444 << 16
UNIX = 3


def with_whole(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a record's files, where its stamp was renewed with the PDF as that leaves it."""
    return {**files, WHOLE: whole_pdf(files)} if numbers_in(files) else dict(files)


def package(record_id: str, files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP holding one folder, named like the record, with all its files."""
    # In memory, but by write(2) and read(2), which give the interpreter away meanwhile.
    with os.fdopen(os.memfd_create("package"), "w+b") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
            for name, content in _entries(record_id, files):
                made.writestr(_entry(name), content)
        out.seek(0)
        return out.read()


def package_size(record_id: str, files: Mapping[str, bytes]) -> int:
    """Return the length of that ZIP without making it (APPNOTE 4.3: headers and names)."""
    local, central, end = 30, 46, 22
    entries = _entries(record_id, files)
    return end + sum(local + central + 2 * len(n.encode()) + len(c) for n, c in entries)


def _entries(record_id: str, files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    first = [(MIMETYPE, MIMETYPE_CONTENT)] if files.keys() >= CONTAINER else []
    return [*first, *sorted((_place(record_id, name), c) for name, c in files.items())]


def _place(record_id: str, name: str) -> str:
    return name if name.startswith((META, RENEWALS)) else f"{record_id}/{name}"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = UNIX
    entry.external_attr = FILE_MODE
    return entry
