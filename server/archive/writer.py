"""Writes a record once: hidden folder, fsync, rename, fsync; crash-proof at every step.

Whatever stands under the final name is whole. A crash leaves at most a hidden folder,
which the next attempt removes; attempting the same record again is always safe.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.archive.disk import Disk
from server.archive.reader import load_alone
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordId
from server.domain.record import RecordExistsError
from server.ports.store import DiskFullError

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class RecordWriter:
    """Writes below one folder, `records/<year>/<record id>/`."""

    root: Path
    disk: Disk = field(default_factory=Disk)

    def write(self, record_id: RecordId, year: int, files: Mapping[str, bytes]) -> Path:
        """Return the folder that now durably holds exactly `files`.

        Raises RecordExistsError when it holds others, DiskFullError when they do not fit
        (nothing of them stays), InvalidValueError for an id that is no plain name.
        """
        return self.write_folder(self.root / str(year) / plain_name(record_id), files)

    def write_folder(self, final: Path, files: Mapping[str, bytes]) -> Path:
        """Do so for a folder of whatever name. Of several who write it at once one is first."""
        self.disk.make_folder(final.parent)
        with self.disk.alone(self.root):
            return self._same(final, files) if final.exists() else self._new(final, files)

    def _new(self, final: Path, files: Mapping[str, bytes]) -> Path:
        part = final.with_name(f".{final.name}.part")
        if part.exists():
            self.disk.remove(part)
        self.disk.begin_folder(part)
        try:
            self._fill(part, files)
        except DiskFullError:
            self.disk.remove(part)
            raise
        self.disk.rename(part, final)
        return final

    def _same(self, final: Path, files: Mapping[str, bytes]) -> Path:
        if load_alone(final) != dict(files):
            raise RecordExistsError
        # The crash may have come between the rename and its sync.
        self.disk.sync_folder(final.parent)
        return final

    def _fill(self, part: Path, files: Mapping[str, bytes]) -> None:
        folders = {part}
        for name, content in sorted(files.items()):
            path = part / name
            self.disk.begin_folder(path.parent)
            folders.update(p for p in path.parents if p.is_relative_to(part))
            self.disk.write(path, content)
        for folder in sorted(folders, key=lambda p: len(p.parts), reverse=True):
            self.disk.close_folder(folder)


def plain_name(text: str) -> str:
    """Return an identifier that is safe as a folder's name; else InvalidValueError."""
    if not SAFE.fullmatch(text):
        raise InvalidValueError(field="record_id", reason="not_a_plain_name")
    return text
