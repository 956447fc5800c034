"""Proofs made in parts are the same bytes as made at once, and show every entry."""

from hypothesis import given, strategies as st

from server.domain.canonical import canonical_json
from server.domain.ids import CaseId
from server.domain.inclusion import proofs_json, proofs_of, proven
from server.domain.reading import read_json
from server.domain.session_log import Entry, entry_digest
from server.domain.tree import Edge, Head, Spot, grown, inclusion_path, spots_along

CASE = CaseId("case-1")


def log(length: int) -> tuple[list[Entry], Head, dict[Spot, bytes]]:
    """Return a log, the tree over it alone, and that tree's nodes."""
    edge, entries, nodes = Edge(), list[Entry](), dict[Spot, bytes]()
    for seq in range(1, length + 1):
        prev, body = "0" * 64, str(seq)
        entries.append(Entry(CASE, seq, body, prev, entry_digest(bytes.fromhex(prev), body).hex()))
        edge, made = grown(edge, bytes.fromhex(entries[-1].hash))
        nodes |= {(height, (seq - 1) >> height): one for height, one in enumerate(made)}
    return entries, edge.head, nodes


@given(st.integers(1, 70), st.integers(1, 70))
def test_parts_are_the_same_bytes_as_the_whole(length: int, part: int) -> None:
    entries, head, nodes = log(length)
    parts = [
        proofs_of(begin + 1, some, length, {spot: nodes[spot] for spot in wanted(some, length)})
        for begin in range(0, length, part)
        for some in [range(begin, min(begin + part, length))]
    ]
    made = proofs_json(length, parts)
    assert made == canonical_json(read_json(made))
    assert made == proofs_json(length, [proofs_of(1, range(length), length, nodes)])
    assert proven(entries, made, head)


def wanted(positions: range, size: int) -> frozenset[Spot]:
    return spots_along(inclusion_path(position, size) for position in positions)
