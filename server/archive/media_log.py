"""A recording on disk: sealed chunks that are only ever added to, and a manifest of each.

`media/<recording>/<segment>.log` holds AES-256-GCM chunks one after another, `<segment>.manifest`
one JSON line a chunk. An interruption costs what was not written yet and nothing before; going on
begins a new segment, whose chain continues the one before.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.archive.writer import plain_name
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordingId
from server.ports.disk import refusing_when_full
from server.ports.store import DiskFullError

FORMAT: Final = 1
START: Final = "0" * 64
_BASE_BYTES: Final = 8
_COUNTER_BYTES: Final = 4
_DIGEST_BYTES: Final = 32
_SIZE_BYTES: Final = 6
"""Beyond any disk, and any time in milliseconds; within what a file can be asked for."""
_LOG, _MANIFEST = ".log", ".manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One line of a manifest: digests of `size` sealed bytes, and the chain's value after it."""

    i: int
    size: int
    plain: str
    cipher: str
    chain: str
    t: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One uninterrupted stretch; `ended` tells that its writer closed it."""

    number: int
    base: bytes
    prev: str
    chunks: tuple[Chunk, ...]
    ended: bool
    log: Path


class DamagedError(Exception):
    """A chunk or a line is not what was written."""


def chain_on(prev: str, i: int, plain: str, cipher: str) -> str:
    """Return the chain's value after chunk `i`, whose SHA-256 digests are given in hexadecimal."""
    content = bytes.fromhex(prev) + i.to_bytes(8, "big")
    return hashlib.sha256(
        b"\0" + content + bytes.fromhex(plain) + bytes.fromhex(cipher)
    ).hexdigest()


class SegmentWriter:
    """Writes one new segment. Times are milliseconds since 1970, UTC."""

    def __init__(
        self,
        root: Path,
        recording: RecordingId,
        key: bytes,
        *,
        chance: Callable[[int], bytes],
        reserve: int = 0,
    ) -> None:
        """Open the next free segment; DiskFullError where there is no room for one.

        So many bytes of the disk are left free: agreements and seals are written to it too.
        """
        folder = root / plain_name(recording)
        self._folder, self._reserve = folder, reserve
        with refusing_when_full():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._leave_room(0)
            self._turn = _alone(folder)
            earlier = read_segments(root, recording)
            number = _next_number(folder)
            self._log = _new(folder / f"{number:04}{_LOG}")
            self._manifest = _new(folder / f"{number:04}{_MANIFEST}")
        self._recording = recording
        self._seal = AESGCM(key)
        self._base = chance(_BASE_BYTES)
        self.head = _last_chain(earlier)
        self.next = sum(len(one.chunks) for one in earlier)
        self.octets = 0
        self._line(
            {
                "v": FORMAT,
                "recording": recording,
                "segment": number,
                "base": self._base.hex(),
                "prev": self.head,
            }
        )

    def write(self, plain: bytes, t: int) -> None:
        """Seal and write one chunk; when this returns it outlives a power cut."""
        i = self.next
        sealed = self._seal.encrypt(_nonce(self._base, i), plain, _name(self._recording, i))
        digests = hashlib.sha256(plain).hexdigest(), hashlib.sha256(sealed).hexdigest()
        with refusing_when_full():
            self._leave_room(len(sealed))
            _durably(self._log, sealed)
        head = chain_on(self.head, i, *digests)
        self._line(
            {
                "i": i,
                "len": len(sealed),
                "plain": digests[0],
                "cipher": digests[1],
                "chain": head,
                "t": t,
            }
        )
        self.head, self.next = head, i + 1
        self.octets += len(sealed)

    def close(self) -> None:
        """Say in the manifest that nothing more was to come."""
        self._line({"end": True, "chain": self.head})
        self.leave()

    def leave(self) -> None:
        """Let go of the files as they are."""
        self._log.close()
        self._manifest.close()
        os.close(self._turn)

    def _leave_room(self, octets: int) -> None:
        if shutil.disk_usage(self._folder).free < self._reserve + octets:
            raise DiskFullError

    def _line(self, what: dict[str, object]) -> None:
        line = json.dumps(what, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        with refusing_when_full():
            _durably(self._manifest, line)


def read_segments(root: Path, recording: RecordingId) -> tuple[Segment, ...]:
    """Return the segments as their manifests tell; a torn last line counts as never written."""
    folder = root / plain_name(recording)
    found = (_read_segment(path) for path in sorted(folder.glob(f"*{_MANIFEST}")))
    return tuple(one for one in found if one is not None)


def manifest_bytes(root: Path, recording: RecordingId, chunks: int) -> bytes:
    """Return the lines of all segments up to so many chunks: those are never changed again."""
    folder = root / plain_name(recording)
    kept: list[bytes] = []
    for path in sorted(folder.glob(f"*{_MANIFEST}")):
        for line in _lines(path):
            if chunks == 0:
                return b"".join(kept)
            kept.append(line + b"\n")
            chunks -= line.startswith(b'{"chain"') and b'"i":' in line
    return b"".join(kept)


def sealed_chunks(segments: Sequence[Segment]) -> Iterator[tuple[Segment, Chunk, bytes]]:
    """Yield every chunk's sealed bytes; DamagedError at the first that is not as written."""
    head = START
    for segment in segments:
        if segment.prev != head:
            raise DamagedError(f"segment {segment.number} does not follow")
        with segment.log.open("rb") as log:
            octets = os.fstat(log.fileno()).st_size
            for chunk in segment.chunks:
                if chunk.size > octets:
                    raise DamagedError(f"chunk {chunk.i}")
                sealed = log.read(chunk.size)
                head = chain_on(head, chunk.i, chunk.plain, chunk.cipher)
                whole = hashlib.sha256(sealed).hexdigest() == chunk.cipher
                if head != chunk.chain or not whole:
                    raise DamagedError(f"chunk {chunk.i}")
                yield segment, chunk, sealed


def opened_chunks(root: Path, recording: RecordingId, key: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (segment, content) up to the first chunk that is not as written."""
    seal = AESGCM(key)
    try:
        for segment, chunk, sealed in sealed_chunks(read_segments(root, recording)):
            nonce = _nonce(segment.base, chunk.i)
            yield segment.number, seal.decrypt(nonce, sealed, _name(recording, chunk.i))
    except (DamagedError, InvalidTag, OSError):
        return


def _alone(folder: Path) -> int:
    """Wait until the writer before has let go; its process' end does that too (flock(2))."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def _new(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    return os.fdopen(handle, "wb", buffering=0)


def _durably(out: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[out.write(left) :]
    os.fdatasync(out.fileno())


def _nonce(base: bytes, i: int) -> bytes:
    return base + i.to_bytes(_COUNTER_BYTES, "big")


def _name(recording: RecordingId, i: int) -> bytes:
    return f"{recording}|{i}".encode()


def _next_number(folder: Path) -> int:
    taken = [int(path.stem) for path in folder.glob(f"*{_LOG}") if path.stem.isdecimal()]
    return max(taken, default=-1) + 1


def _last_chain(segments: Sequence[Segment]) -> str:
    heads = [one.chunks[-1].chain if one.chunks else one.prev for one in segments]
    return heads[-1] if heads else START


def _read_segment(path: Path) -> Segment | None:
    """Return the segment of a manifest; None where not even its first line was written."""
    lines = _lines(path)
    if not lines:
        return None
    try:
        head, *rest = [json.loads(line) for line in lines]
        ended = bool(rest) and bool(rest[-1].get("end"))
        return Segment(
            number=int(path.stem),
            base=bytes.fromhex(_digits(head["base"], _BASE_BYTES)),
            prev=_digits(head["prev"]),
            chunks=tuple(_chunk(line) for line in (rest[:-1] if ended else rest)),
            ended=ended,
            log=path.with_suffix(_LOG),
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(field="manifest", reason="not_a_manifest") from error


def _lines(path: Path) -> list[bytes]:
    """Return a manifest's whole lines; a torn last one was never written."""
    return path.read_bytes().split(b"\n")[:-1]


def _chunk(line: dict[str, object]) -> Chunk:
    """Read a line; TypeError, KeyError or ValueError for what no writer writes."""
    plain, cipher, chain = (_digits(line[name]) for name in ("plain", "cipher", "chain"))
    return Chunk(
        i=_count(line["i"], _COUNTER_BYTES),
        size=_count(line["len"], _SIZE_BYTES),
        plain=plain,
        cipher=cipher,
        chain=chain,
        t=_count(line["t"], _SIZE_BYTES),
    )


def _count(given: object, octets: int) -> int:
    if not isinstance(given, int):
        raise TypeError
    if given < 0 or given >> (8 * octets):
        raise ValueError
    return given


def _digits(given: object, octets: int = _DIGEST_BYTES) -> str:
    """Return so many bytes in hexadecimal as they are written: lower case, without spaces."""
    if not isinstance(given, str):
        raise TypeError
    if bytes.fromhex(given).hex() != given or len(given) != 2 * octets:
        raise ValueError
    return given
