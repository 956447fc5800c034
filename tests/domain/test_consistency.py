"""Proofs between checkpoints have one form, and lead from one to the next or to none."""

import pytest

from server.domain.checkpoint import (
    Checkpoint,
    checkpoint_text,
    checkpoints_in,
    note_of,
    read_checkpoint,
)
from server.domain.consistency import consistency_json, earlier_of, read_consistency
from server.domain.errors import InvalidValueError
from server.domain.tree import (
    Edge,
    Head,
    Spot,
    consistency_path,
    edge_of,
    grown,
    prove,
    spots_of,
)

SIZE = 300


def grow(size: int) -> dict[Spot, bytes]:
    edge, nodes = Edge(), dict[Spot, bytes]()
    for position in range(size):
        edge, made = grown(edge, b"%d" % position)
        nodes.update({(n, position >> n): one for n, one in enumerate(made)})
    return nodes


NODES = grow(SIZE)


def head(size: int) -> Head:
    return edge_of(size, {spot: NODES[spot] for spot in spots_of((0, size))}).head


def checkpoint(one: Head) -> Checkpoint:
    return read_checkpoint(checkpoint_text(note_of(b"key", one), b"key", b"s"))


def proof(first: int, size: int) -> bytes:
    return consistency_json(first, size, prove(consistency_path(first, size), NODES))


def test_a_proof_leads_from_the_last_that_was_taken() -> None:
    taken = [checkpoint(head(7)), checkpoint(head(256))]
    newest = checkpoint(head(300))
    for first, found in ((256, taken[1]), (7, taken[0])):
        proofs = dict([read_consistency(proof(first, 300))])
        assert earlier_of(newest, taken, proofs) == found
    assert earlier_of(newest, taken, dict([read_consistency(proof(8, 300))])) is None
    assert earlier_of(newest, taken, {}) is None
    assert earlier_of(taken[1], taken, {}) == taken[1]


def test_no_proof_leads_to_another_tree() -> None:
    proofs = dict([read_consistency(proof(7, 300))])
    other = checkpoint(Head(300, b"\x05" * 32))
    assert earlier_of(other, [checkpoint(head(7))], proofs) is None
    assert earlier_of(checkpoint(head(300)), [checkpoint(Head(7, b"\x05" * 32))], proofs) is None
    forked = checkpoint(Head(7, b"\x05" * 32))
    assert earlier_of(forked, [checkpoint(head(7))], proofs) is None


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b"{",
        proof(7, 300) + b" ",
        proof(7, 300).replace(b'"v":1', b'"v":2'),
        proof(7, 300).replace(b'"first":7', b'"first":"7"'),
        proof(7, 300)[:-9],
    ],
)
def test_a_proof_has_one_form(written: bytes) -> None:
    with pytest.raises(InvalidValueError):
        read_consistency(written)


def test_checkpoints_are_found_wherever_they_stand_in_a_text() -> None:
    one, two = checkpoint(head(7)), checkpoint(head(256))
    text = (
        f"From: heyi\n\n{one.text}\n-----BEGIN\n{one.text[:20]}\n\n{two.text}\nNo time stamp yet\n"
    )
    assert checkpoints_in(text) == checkpoints_in(text.replace("\n", "\r\n")) == [one, two]
