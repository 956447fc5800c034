"""What shows somebody who holds a checkpoint that the tree of a later one only added to its own.

RFC 9162, section 2.1.4, as canonical JSON in one form, like the proofs of a record.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence

from server.domain.canonical import canonical_json
from server.domain.checkpoint import Checkpoint
from server.domain.errors import InvalidValueError
from server.domain.inclusion import FORMAT
from server.domain.reading import read_json
from server.domain.tree import Head, consistent

Proofs = Mapping[tuple[int, int], Sequence[bytes]]
"""The hashes of each proof, by the sizes of the two trees."""


def consistency_json(first: int, size: int, path: Iterable[bytes]) -> bytes:
    """Return the proof that the tree of `size` only added to the first one."""
    written = [base64.b64encode(one).decode() for one in path]
    return canonical_json({"first": first, "path": written, "size": size, "v": FORMAT})


def read_consistency(content: bytes) -> tuple[tuple[int, int], tuple[bytes, ...]]:
    """Return the sizes of both trees, and the hashes; InvalidValueError for what is no proof."""
    try:
        found = read_json(content)
        path = tuple(base64.b64decode(one, validate=True) for one in found["path"])
        sizes = int(found["first"]), int(found["size"])
        whole = consistency_json(*sizes, path) == content
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise InvalidValueError(field="proof", reason="not_a_proof") from error
    if not whole:
        raise InvalidValueError(field="proof", reason="not_a_proof")
    return sizes, path


def earlier_of(one: Checkpoint, before: Sequence[Checkpoint], proofs: Proofs) -> Checkpoint | None:
    """Return one of those before whose tree `one` is shown to have only added to; None: none."""
    return next((old for old in reversed(before) if _led(old.head, one.head, proofs)), None)


def _led(old: Head, new: Head, proofs: Proofs) -> bool:
    return consistent(old, new, proofs.get((old.size, new.size), ()))
