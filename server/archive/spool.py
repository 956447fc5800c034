"""Keeps disk space for records to come, so that sealing never fails for want of room.

Sealing happens days after signing perhaps; the space is taken when the text is locked.
"""

from dataclasses import dataclass, field
from pathlib import Path

from server.archive.disk import Disk
from server.archive.writer import plain_name
from server.domain.ids import CaseId
from server.ports.store import DiskFullError


@dataclass(frozen=True, slots=True)
class Spool:
    """One placeholder file per case in `folder`."""

    folder: Path
    disk: Disk = field(default_factory=Disk)

    def reserve(self, case_id: CaseId, size: int) -> None:
        """Keep `size` bytes. Raises DiskFullError, and keeps what was kept before."""
        self.disk.make_folder(self.folder)
        place = self._place(case_id)
        before = place.exists()
        try:
            self.disk.reserve(place, size)
        except DiskFullError:
            if not before:
                place.unlink(missing_ok=True)
            raise
        self.disk.sync_folder(self.folder)

    def release(self, case_id: CaseId) -> None:
        """Give the space back; nothing happens when none was kept."""
        self._place(case_id).unlink(missing_ok=True)

    def _place(self, case_id: CaseId) -> Path:
        return self.folder / f"{plain_name(case_id)}.reserve"
