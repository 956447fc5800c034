"""Keeps the log's checkpoints in a folder that another account, or machine, looks after.

One file for a log, to which checkpoints are only appended, so that the folder may lie on a
store that never lets anything be changed. Their time stamps (size and base64 token, one a
line) are appended to another, the proofs that each only added to one before to a third.
"""

import asyncio
import base64
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from server.domain.checkpoint import Checkpoint
from server.ports.witness import Answer, Proof

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderWitness:
    """A Witness. The folder is not made: what is not mounted must not be written beside it."""

    folder: Path

    @property
    def place(self) -> str:
        """Return the folder's path."""
        return str(self.folder)

    async def show(
        self,
        checkpoint: Checkpoint,
        public_key: bytes,
        stamp: bytes | None = None,
        proof: Proof | None = None,
    ) -> Answer:
        try:
            await asyncio.to_thread(self._keep, checkpoint, public_key, stamp, proof)
        except OSError as failure:
            log.warning("%s: %s", self.folder, failure.strerror)
            return Answer.REFUSED
        return Answer.TAKEN

    def _keep(
        self, checkpoint: Checkpoint, public_key: bytes, stamp: bytes | None, proof: Proof | None
    ) -> None:
        name = checkpoint.origin.replace("/", "-")
        _keep_once(self.folder / f"{name}.pem", public_key)
        if proof is not None:
            _append(self.folder / f"{name}.proofs", proof.content + b"\n", b"\n")
        _append(self.folder / f"{name}.txt", f"{checkpoint.text}\n".encode(), b"\n\n")
        if stamp is not None:
            token = base64.b64encode(stamp).decode()
            line = f"{checkpoint.head.size} {token}\n".encode()
            _append(self.folder / f"{name}.stamps", line, b"\n")


def _append(path: Path, text: bytes, end: bytes) -> None:
    """Append what is not there already; `end` is how each of it ends.

    A write that a full disk cut leaves a part, of which nothing can be taken back here: it is
    ended, so that what follows can be read.
    """
    with path.open("a+b") as kept:
        size = kept.seek(0, os.SEEK_END)
        kept.seek(max(0, size - len(text)))
        last = kept.read()
        if last != text:
            whole = size == 0 or last.endswith(end)
            _write(kept, text if whole else end + text)


def _keep_once(path: Path, content: bytes) -> None:
    """Write what never changes, or the rest of it where a write was cut."""
    with path.open("a+b") as kept:
        kept.seek(0)
        found = kept.read()
        if found != content and content.startswith(found):
            _write(kept, content[len(found) :])


def _write(kept: BinaryIO, content: bytes) -> None:
    kept.write(content)
    kept.flush()
    os.fsync(kept.fileno())
