"""The tree against RFC 9162: known roots, and proofs against a tree built the plain way."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from server.domain.tree import (
    EMPTY_ROOT,
    Edge,
    Head,
    Spot,
    consistency_path,
    consistent,
    edge_of,
    grown,
    included,
    inclusion_path,
    last_leaf,
    leaf_hash,
    node_hash,
    prove,
    spots_along,
)

# The entries and roots with which implementations of RFC 6962 and 9162 test each other.
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(1, 200)


def entries_of(size: int) -> list[bytes]:
    return [hashlib.sha256(n.to_bytes(4)).digest() for n in range(size)]


def plain_root(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    both = plain_root(entries[:k]) + plain_root(entries[k:])
    return hashlib.sha256(b"\x01" + both).digest()


def plain_inclusion(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*plain_inclusion(m, entries[:k]), plain_root(entries[k:])]
    return [*plain_inclusion(m - k, entries[k:]), plain_root(entries[:k])]


def plain_consistency(m: int, entries: Sequence[bytes], whole: bool = True) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [plain_root(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*plain_consistency(m, entries[:k], whole), plain_root(entries[k:])]
    return [*plain_consistency(m - k, entries[k:], False), plain_root(entries[:k])]


def nodes_of(entries: Sequence[bytes]) -> dict[Spot, bytes]:
    """Grow a tree and return what would be stored with its leaves."""
    edge, nodes = Edge(), {}
    for position, entry in enumerate(entries):
        edge, made = grown(edge, entry)
        assert (position + 1) % (1 << len(made)) == 1 << len(made) - 1
        for height, found in enumerate(made):
            spot = (height, position >> height)
            assert last_leaf(spot) == position
            nodes[spot] = found
    assert edge_of(len(entries), nodes) == edge
    return nodes


def grown_root(entries: Sequence[bytes]) -> bytes:
    """Return the root over entries that came one after another."""
    edge = Edge()
    for entry in entries:
        edge, _ = grown(edge, entry)
    return edge.root


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots_come_out(size: int) -> None:
    assert grown_root(ENTRIES[:size]).hex() == ROOTS[size]
    assert plain_root(ENTRIES[:size]).hex() == ROOTS[size]


def test_the_proofs_of_the_standards_seven_leaves() -> None:
    """RFC 9162, 2.1.5: which nodes prove what in a tree of seven leaves."""
    a, b, c, d, e, f, j = (leaf_hash(entry) for entry in ENTRIES[:7])
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l_ = node_hash(g, h), node_hash(i, j)
    nodes = nodes_of(ENTRIES[:7])
    assert prove(inclusion_path(0, 7), nodes) == [b, h, l_]
    assert prove(inclusion_path(3, 7), nodes) == [c, g, l_]
    assert prove(inclusion_path(4, 7), nodes) == [f, j, k]
    assert prove(inclusion_path(6, 7), nodes) == [i, k]
    assert prove(consistency_path(3, 7), nodes) == [c, d, g, l_]
    assert prove(consistency_path(4, 7), nodes) == [l_]
    assert prove(consistency_path(6, 7), nodes) == [i, j, k]


@given(size=st.integers(0, 200))
def test_a_grown_tree_is_the_plain_one(size: int) -> None:
    assert grown_root(entries_of(size)) == plain_root(entries_of(size))


@given(size=sizes, part=st.floats(0, 1, exclude_max=True), odd=st.integers(0, 199))
def test_inclusion_proofs_hold_for_their_entry_alone(size: int, part: float, odd: int) -> None:
    entries, position = entries_of(size), int(size * part)
    root = plain_root(entries)
    proof = prove(inclusion_path(position, size), nodes_of(entries))
    assert proof == plain_inclusion(position, entries)
    assert included(entries[position], position, size, proof, root)
    if odd != position:
        assert not included(entries[position], odd, size, proof, root)
    assert not included(b"another", position, size, proof, root)
    assert not included(entries[position], position, size, [*proof, root], root)
    assert not included(entries[position], position, size, proof, EMPTY_ROOT)
    if proof:
        assert not included(entries[position], position, size, proof[:-1], root)


@given(size=sizes, part=st.floats(0, 1, exclude_max=True))
def test_consistency_proofs_hold_for_their_trees_alone(size: int, part: float) -> None:
    entries, first = entries_of(size), int(size * part) + 1
    old, new = Head(first, plain_root(entries[:first])), Head(size, plain_root(entries))
    proof = prove(consistency_path(first, size), nodes_of(entries))
    assert proof == plain_consistency(first, entries)
    assert consistent(old, new, proof)
    assert not consistent(Head(first, EMPTY_ROOT), new, proof)
    assert not consistent(new, old, proof) or first == size
    assert not consistent(old, new, [*proof, EMPTY_ROOT])
    if proof:
        assert not consistent(old, new, proof[:-1])
        assert not consistent(old, Head(size, EMPTY_ROOT), proof)


@given(size=st.integers(2, 100), part=st.floats(0, 1, exclude_max=True))
def test_no_proof_joins_a_forked_tree(size: int, part: float) -> None:
    """Two trees that differ in one old entry; neither's proof fits the other's checkpoint."""
    entries, first = entries_of(size), int((size - 1) * part) + 1
    forked = [b"rewritten", *entries[1:]]
    old, new = Head(first, plain_root(entries[:first])), Head(size, plain_root(forked))
    for tree in (entries, forked):
        assert not consistent(old, new, prove(consistency_path(first, size), nodes_of(tree)))


def test_every_tree_grew_out_of_the_empty_one() -> None:
    assert consistent(Head(0, EMPTY_ROOT), Head(7, b"x"), [])
    assert not consistent(Head(0, EMPTY_ROOT), Head(7, b"x"), [b"y"])


@pytest.mark.parametrize(("position", "size"), [(0, 0), (1, 1), (-1, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_path(position, size)
    assert not included(b"", position, size, [], EMPTY_ROOT)


@pytest.mark.parametrize("first", [0, 6])
def test_a_tree_that_was_never_has_no_proof(first: int) -> None:
    with pytest.raises(ValueError, match="no such tree"):
        consistency_path(first, 5)


@given(size=sizes)
def test_a_proof_asks_for_few_spots(size: int) -> None:
    paths = [inclusion_path(size - 1, size), consistency_path(max(1, size - 1), size)]
    nodes = nodes_of(entries_of(size))
    assert spots_along(paths) <= nodes.keys()
    assert len(spots_along(paths)) <= 4 * size.bit_length()
