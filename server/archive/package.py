"""Packs a record as one ZIP for a party, a court or an archive.

Stored, sorted and dated alike, so that the same record always gives the same bytes.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment ZIP can name
FILE_MODE = 0o100444 << 16
UNIX = 3


def package(record_id: str, files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP holding one folder, named like the record, with all its files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, content in sorted(files.items()):
            made.writestr(_entry(f"{record_id}/{name}"), content)
    return out.getvalue()


def package_size(record_id: str, files: Mapping[str, bytes]) -> int:
    """Return the length of that ZIP without making it (APPNOTE 4.3: headers and names)."""
    names = [len(f"{record_id}/{name}".encode()) for name in files]
    local, central, end = 30, 46, 22
    return sum(map(len, files.values())) + sum(local + central + 2 * n for n in names) + end


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = UNIX
    entry.external_attr = FILE_MODE
    return entry
