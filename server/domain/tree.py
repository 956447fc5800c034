"""The Merkle tree over everybody's session logs: roots, proofs and what proves them.

RFC 9162, section 2.1: a leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left ||
right). A complete subtree is named by a spot, its height and its place among those of that
height. Once made it never changes, so with every leaf only the spots are kept that it
completes: two for each leaf on average, and every root or proof is made of a few of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

Spot = tuple[int, int]
"""(height, place): the complete subtree over leaves place * 2**height and the next ones."""

Span = tuple[int, int]
"""(begin, end): leaves whose common root is one hash of a proof."""

EMPTY_ROOT = sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """A tree as far as somebody outside knows it."""

    size: int
    root: bytes


class Edge(NamedTuple):
    """The right edge of a tree: its size and its complete subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return _joined(self.peaks)

    @property
    def head(self) -> Head:
        """Return size and root."""
        return Head(self.size, self.root)


def grown(edge: Edge, entry: bytes) -> tuple[Edge, tuple[bytes, ...]]:
    """Return the edge after one more entry, and what it completed: leaf first, then up."""
    peaks = list(edge.peaks)
    made = grow(peaks, edge.size, entry)
    return Edge(edge.size + 1, tuple(peaks)), tuple(made)


def grow(peaks: list[bytes], size: int, entry: bytes) -> list[bytes]:
    """Put one more entry behind a tree of `size`, whose peaks change; return what it completed."""
    # Written out, not by `leaf_hash` and `node_hash`: checking the whole log spends its time here.
    last = sha256(b"\x00" + entry).digest()
    made = [last]
    while size & 1:
        last = sha256(b"\x01" + peaks.pop() + last).digest()
        made.append(last)
        size >>= 1
    peaks.append(last)
    return made


def last_leaf(spot: Spot) -> int:
    """Return the position of the leaf that completed a spot."""
    height, place = spot
    return ((place + 1) << height) - 1


def spots_of(span: Span) -> list[Spot]:
    """Return the complete subtrees of a span, left to right; its begin fits the tree."""
    begin, end = span
    spots: list[Spot] = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        if begin:
            height = min(height, (begin & -begin).bit_length() - 1)
        spots.append((height, begin >> height))
        begin += 1 << height
    return spots


def hash_of(span: Span, nodes: Mapping[Spot, bytes]) -> bytes:
    """Return the root over a span; KeyError when one of its spots is not given."""
    return _joined([nodes[spot] for spot in spots_of(span)])


def edge_of(size: int, nodes: Mapping[Spot, bytes]) -> Edge:
    """Return the right edge of the tree of this size."""
    return Edge(size, tuple(nodes[spot] for spot in spots_of((0, size))))


def inclusion_path(position: int, size: int) -> list[Span]:
    """Return what an inclusion proof is made of (RFC 9162, 2.1.3.1), the leaf's neighbour first.

    Raises ValueError unless 0 <= position < size.
    """
    if not 0 <= position < size:
        raise ValueError("no such leaf")
    path: list[Span] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        path.append((middle, end) if position < middle else (begin, middle))
        begin, end = (begin, middle) if position < middle else (middle, end)
    return path[::-1]


def consistency_path(first: int, size: int) -> list[Span]:
    """Return what a consistency proof is made of (RFC 9162, 2.1.4.1).

    Raises ValueError unless 0 < first <= size.
    """
    if not 0 < first <= size:
        raise ValueError("no such tree")
    path: list[Span] = []
    begin, end, whole = 0, size, True
    while first < end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin, whole = middle, False
    return [*([] if whole else [(begin, end)]), *path[::-1]]


def included(entry: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof shows the entry at its position in the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    place, last, found = position, size - 1, leaf_hash(entry)
    for one in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(one, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(first: Head, second: Head, proof: Sequence[bytes]) -> bool:
    """Return whether the second tree only added to the first (RFC 9162, 2.1.4.2)."""
    # The empty tree is how every tree began.
    if first.size in {0, second.size}:
        return not proof and (first.size == 0 or first.root == second.root)
    if first.size > second.size or not proof:
        return False
    whole = first.size & (first.size - 1) == 0
    place, last = first.size - 1, second.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    climbed = _climb(place, last, [first.root, *proof] if whole else list(proof))
    return climbed == (first.root, second.root)


def prove(path: Iterable[Span], nodes: Mapping[Spot, bytes]) -> list[bytes]:
    """Return the proof along a path."""
    return [hash_of(span, nodes) for span in path]


def spots_along(paths: Iterable[Iterable[Span]]) -> frozenset[Spot]:
    """Return every spot that proving these paths asks for."""
    return frozenset(spot for path in paths for span in path for spot in spots_of(span))


def _climb(place: int, last: int, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    old = new = proof[0]
    for one in proof[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, one)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(length: int) -> int:
    """Return the largest power of two below `length`, which is at least 2."""
    return 1 << ((length - 1).bit_length() - 1)


def _joined(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    steps: Iterator[bytes] = reversed(peaks)
    found = next(steps)
    for peak in steps:
        found = node_hash(peak, found)
    return found
