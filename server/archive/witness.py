"""Keeps the log's checkpoints in a folder that another account, or machine, looks after.

One file for a log, to which checkpoints are only appended, so that the folder may lie on a
store that never lets anything be changed.
"""

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from server.domain.checkpoint import Checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderWitness:
    """A Witness. The folder is not made: what is not mounted must not be written beside it."""

    folder: Path

    async def show(self, checkpoint: Checkpoint, public_key: bytes) -> bool:
        try:
            await asyncio.to_thread(self._keep, checkpoint, public_key)
        except OSError as failure:
            log.warning("%s: %s", self.folder, failure.strerror)
            return False
        return True

    def _keep(self, checkpoint: Checkpoint, public_key: bytes) -> None:
        name = checkpoint.origin.replace("/", "-")
        _keep_once(self.folder / f"{name}.pem", public_key)
        with (self.folder / f"{name}.txt").open("a+b") as kept:
            text = f"{checkpoint.text}\n".encode()
            kept.seek(max(0, kept.seek(0, os.SEEK_END) - len(text)))
            if kept.read() != text:
                kept.write(text)
                kept.flush()
                os.fsync(kept.fileno())


def _keep_once(path: Path, content: bytes) -> None:
    if not path.exists():
        path.write_bytes(content)
