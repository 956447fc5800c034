"""What a record holds to show that its log stood in the tree of a signed checkpoint."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from server.domain.canonical import canonical_json
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json
from server.domain.session_log import Entry
from server.domain.tree import Head, Spot, included, inclusion_path, prove

CHECKPOINT, PROOFS, LOG_KEY = "log/checkpoint.txt", "log/proofs.json", "log/public_key.pem"
INCLUSION = (CHECKPOINT, PROOFS, LOG_KEY)
CHECKPOINT_STAMP, STAMP_ROOT = "log/checkpoint.tst", "trust/log-stamps.pem"
FORMAT = 1

Placed = tuple[int, Sequence[bytes]]
"""Where an entry stands in the tree, and the digests that lead from it to the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInclusion:
    """A checkpoint, the proofs of every entry of the record's log, the log's key as PEM.

    `stamp` is a time stamp token over the checkpoint, None where nobody stamped in time;
    `stamp_root` the root certificate (PEM) that its chain ends in, None where none is at hand.
    """

    checkpoint: bytes = field(repr=False)
    proofs: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    stamp: bytes | None = field(default=None, repr=False)
    stamp_root: bytes | None = field(default=None, repr=False)


def inclusion_files(inclusion: LogInclusion | None) -> dict[str, bytes]:
    """Return the files of a record; none where there was no checkpoint in time."""
    if inclusion is None:
        return {}
    optional = {CHECKPOINT_STAMP: inclusion.stamp, STAMP_ROOT: inclusion.stamp_root}
    return {
        CHECKPOINT: inclusion.checkpoint,
        PROOFS: inclusion.proofs,
        LOG_KEY: inclusion.public_key,
        **{name: content for name, content in optional.items() if content is not None},
    }


def kept_inclusion(files: Mapping[str, bytes]) -> LogInclusion | None:
    """Return what a record's files hold of it."""
    if not all(name in files for name in INCLUSION):
        return None
    return LogInclusion(
        checkpoint=files[CHECKPOINT],
        proofs=files[PROOFS],
        public_key=files[LOG_KEY],
        stamp=files.get(CHECKPOINT_STAMP),
        stamp_root=files.get(STAMP_ROOT),
    )


def proofs_of(
    first: int, positions: Sequence[int], size: int, nodes: Mapping[Spot, bytes]
) -> bytes:
    """Return the proofs of some of a chain's entries, from `first` on, a part of `proofs_json`."""
    paths = (prove(inclusion_path(position, size), nodes) for position in positions)
    return _written(first, zip(positions, paths, strict=True))


def proofs_json(size: int, parts: Iterable[bytes]) -> bytes:
    """Return the proofs of a chain's entries in the tree of this size as canonical JSON."""
    return b'{"proofs":[%b],"size":%d,"v":%d}' % (b",".join(parts), size, FORMAT)


def _written(first: int, placed: Iterable[Placed]) -> bytes:
    proofs = (
        {"seq": seq, "position": position, "path": [base64.b64encode(one).decode() for one in path]}
        for seq, (position, path) in enumerate(placed, start=first)
    )
    return b",".join(canonical_json(proof) for proof in proofs)


def proven(entries: Sequence[Entry], content: bytes, head: Head) -> bool:
    """Return whether the proofs show every entry, each in its order, under this root.

    They have one form, that of `proofs_json`, so that every verifier reads the same in them.
    """
    try:
        proofs = [(int(p["position"]), _hashes(p["path"])) for p in read_json(content)["proofs"]]
        written = proofs_json(head.size, [_written(1, proofs)])
    except (InvalidValueError, KeyError, OverflowError, TypeError, ValueError):
        return False
    ordered = all(one[0] < next_[0] for one, next_ in pairwise(proofs))
    fits = written == content and ordered and 0 < len(entries) == len(proofs)
    return fits and all(
        included(bytes.fromhex(entry.hash), position, head.size, path, head.root)
        for entry, (position, path) in zip(entries, proofs, strict=True)
    )


def _hashes(path: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(one, validate=True) for one in path]
