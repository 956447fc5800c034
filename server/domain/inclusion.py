"""What a record holds to show that its log stood in the tree of a signed checkpoint."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from server.domain.canonical import canonical_json
from server.domain.reading import read_json
from server.domain.session_log import Entry
from server.domain.tree import Head, Spot, included, inclusion_path, prove

CHECKPOINT, PROOFS, LOG_KEY = "log/checkpoint.txt", "log/proofs.json", "log/public_key.pem"
INCLUSION = (CHECKPOINT, PROOFS, LOG_KEY)
CHECKPOINT_STAMP = "log/checkpoint.tst"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInclusion:
    """A checkpoint, the proofs of every entry of the record's log, the log's key as PEM.

    `stamp` is a time stamp token over the checkpoint, None where nobody stamped in time.
    """

    checkpoint: bytes = field(repr=False)
    proofs: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    stamp: bytes | None = field(default=None, repr=False)


def inclusion_files(inclusion: LogInclusion | None) -> dict[str, bytes]:
    """Return the files of a record; none where there was no checkpoint in time."""
    if inclusion is None:
        return {}
    return {
        CHECKPOINT: inclusion.checkpoint,
        PROOFS: inclusion.proofs,
        LOG_KEY: inclusion.public_key,
        **({} if inclusion.stamp is None else {CHECKPOINT_STAMP: inclusion.stamp}),
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
    )


def proofs_json(positions: Sequence[int], size: int, nodes: Mapping[Spot, bytes]) -> bytes:
    """Return the proofs of a chain's entries, from its first on, in the tree of this size."""
    proofs = [
        {"seq": seq, "position": position, "path": _text(inclusion_path(position, size), nodes)}
        for seq, position in enumerate(positions, start=1)
    ]
    return canonical_json({"v": FORMAT, "size": size, "proofs": proofs})


def _text(path: Sequence[tuple[int, int]], nodes: Mapping[Spot, bytes]) -> list[str]:
    return [base64.b64encode(found).decode() for found in prove(path, nodes)]


def proven(entries: Sequence[Entry], content: bytes, head: Head) -> bool:
    """Return whether the proofs show every entry, each in its order, under this root."""
    try:
        read = read_json(content)
        if read["v"] != FORMAT or read["size"] != head.size:
            return False
        proofs = [(p["seq"], p["position"], _hashes(p["path"])) for p in read["proofs"]]
        whole = [seq for seq, _, _ in proofs] == [entry.seq for entry in entries]
        ordered = all(one[1] < next_[1] for one, next_ in pairwise(proofs))
        return bool(whole and ordered and entries) and all(
            included(bytes.fromhex(entry.hash), position, head.size, path, head.root)
            for entry, (_, position, path) in zip(entries, proofs, strict=True)
        )
    except (KeyError, TypeError, ValueError):
        return False


def _hashes(path: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(one, validate=True) for one in path]
