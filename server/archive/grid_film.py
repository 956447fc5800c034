"""A grid beside its recording: sealed like it, destroyed with it, never mistaken for it.

`media/<recording>/grid.film` holds AES-256-GCM chunks, `grid.json` says from which chunks of the
original they were made and what each must be. Only a film whose manifest names it counts.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.archive.media_log import DamagedError, read_segments
from server.archive.writer import plain_name
from server.domain.ids import RecordingId
from server.ports.disk import refusing_when_full

FORMAT: Final = 2
"""Grids of format 1 left out what was said after a microphone had been off: none counts."""
CHUNK: Final = 1024 * 1024
FILM, MANIFEST, PART = "grid.film", "grid.json", ".part"
_GRID: Final = "grid."
_PURPOSE: Final = b"heyi grid film"
_KEY, _BASE_BYTES, _COUNTER_BYTES = 32, 8, 4

Lines = list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFilm:
    """What a grid's manifest tells: its own size and digest, and the original's chain."""

    octets: int
    sha256: str
    chain: str
    seconds: float


def source_of(folder: Path, recording: RecordingId) -> Lines:
    """Return the segments as they lie now: their number, chunks and the chain's last value."""
    found = (one for one in read_segments(folder, recording) if one.chunks)
    return [
        {"segment": one.number, "chunks": len(one.chunks), "chain": one.chunks[-1].chain}
        for one in found
    ]


class GridWriter:
    """Takes a film as it is made and seals it; nothing counts before `finish`."""

    def __init__(
        self, folder: Path, recording: RecordingId, key: bytes, chance: Callable[[int], bytes]
    ) -> None:
        """Begin a new one; a half-written one is forgotten."""
        self._folder = folder / plain_name(recording)
        self._recording = recording
        self._from = source_of(folder, recording)
        self._seal = AESGCM(_key_of(key))
        self._base = chance(_BASE_BYTES)
        self._part = self._folder / (FILM + PART)
        self._part.unlink(missing_ok=True)
        with refusing_when_full():
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._out = os.fdopen(handle, "wb", buffering=0)
        self._pending = bytearray()
        self._chunks: Lines = []
        self._whole = hashlib.sha256()
        self._octets = 0

    def write(self, content: bytes) -> int:
        """Take what comes next; DiskFullError where it finds no room."""
        self._pending += content
        while len(self._pending) >= CHUNK:
            self._flush(CHUNK)
        return len(content)

    def flush(self) -> None:
        """Nothing is sealed before a chunk is full."""

    def finish(self, seconds: float) -> GridFilm:
        """Make the film count, in place of an earlier one."""
        self._flush(len(self._pending))
        with refusing_when_full():
            os.fsync(self._out.fileno())
            self._out.close()
            self._part.rename(self._folder / FILM)
            self._describe(seconds)
        return GridFilm(
            octets=self._octets,
            sha256=self._whole.hexdigest(),
            chain=str(self._from[-1]["chain"]),
            seconds=seconds,
        )

    def _describe(self, seconds: float) -> None:
        manifest = {
            "v": FORMAT,
            "derived": "grid",
            "recording": self._recording,
            "from": self._from,
            "base": self._base.hex(),
            "chunks": self._chunks,
            "sha256": self._whole.hexdigest(),
            "octets": self._octets,
            "seconds": round(seconds, 3),
        }
        part = self._folder / (MANIFEST + PART)
        with part.open("wb") as out:
            out.write(json.dumps(manifest, sort_keys=True).encode())
            out.flush()
            os.fsync(out.fileno())
        part.rename(self._folder / MANIFEST)
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(handle)
        os.close(handle)

    def _flush(self, size: int) -> None:
        plain = bytes(self._pending[:size])
        if not plain:
            return
        del self._pending[:size]
        i = len(self._chunks)
        sealed = self._seal.encrypt(_nonce(self._base, i), plain, _name(self._recording, i))
        with refusing_when_full():
            left = memoryview(sealed)
            while left:
                left = left[self._out.write(left) :]
        cipher = hashlib.sha256(sealed).hexdigest()
        self._chunks.append({"i": i, "len": len(sealed), "cipher": cipher})
        self._whole.update(plain)
        self._octets += len(plain)


def derived(path: Path) -> bool:
    """Whether a file is a grid's: it comes, goes, and can be made again, so no backup holds it."""
    return path.name.startswith(_GRID)


def forget_part(folder: Path, recording: RecordingId) -> None:
    """Remove what was not finished."""
    for name in (FILM, MANIFEST):
        (folder / plain_name(recording) / (name + PART)).unlink(missing_ok=True)


def read_grid(folder: Path, recording: RecordingId) -> GridFilm | None:
    """Return the grid that was made of all that the recording holds; None where there is none."""
    told = _told(folder, recording)
    if told is None or told.get("from") != source_of(folder, recording) or not told["from"]:
        return None
    return GridFilm(
        octets=int(told["octets"]),
        sha256=str(told["sha256"]),
        chain=str(told["from"][-1]["chain"]),
        seconds=float(told["seconds"]),
    )


def opened_grid(folder: Path, recording: RecordingId, key: bytes) -> Iterator[bytes]:
    """Yield the film; DamagedError where it is not as it was made."""
    told = _told(folder, recording)
    if told is None:
        raise DamagedError("no manifest")
    seal, base = AESGCM(_key_of(key)), bytes.fromhex(told["base"])
    with (folder / plain_name(recording) / FILM).open("rb") as film:
        for chunk in told["chunks"]:
            i, sealed = int(chunk["i"]), film.read(int(chunk["len"]))
            try:
                yield seal.decrypt(_nonce(base, i), sealed, _name(recording, i))
            except InvalidTag:
                raise DamagedError(f"chunk {i}") from None


def _told(folder: Path, recording: RecordingId) -> dict[str, Any] | None:
    try:
        told = json.loads((folder / plain_name(recording) / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told if isinstance(told, dict) and told.get("v") == FORMAT else None


def _key_of(key: bytes) -> bytes:
    """Return a key of its own, so that no nonce can be one of the recording's (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=_PURPOSE).derive(key)


def _nonce(base: bytes, i: int) -> bytes:
    return base + i.to_bytes(_COUNTER_BYTES, "big")


def _name(recording: RecordingId, i: int) -> bytes:
    return f"{recording}|grid|{i}".encode()
