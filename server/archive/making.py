"""Makes a record's files, and makes them again just as they were kept before a crash."""

from collections.abc import Mapping
from dataclasses import replace

from server.archive.guide import EXPLAINING
from server.domain.inclusion import kept_inclusion
from server.domain.record import RecordParts, record_files


def make_files(
    parts: RecordParts, kept: Mapping[str, bytes] | None, explained: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return every file but the manifest. `kept` is the record as it lies in the archive.

    A record written by an older program keeps that program's explanations, and one written
    before there was a checkpoint stays without it.
    """
    if kept is None:
        return record_files(parts, explained)
    old = {name: kept[name] for name in EXPLAINING if name in kept}
    return record_files(replace(parts, inclusion=kept_inclusion(kept)), old)
