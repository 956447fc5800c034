"""Checks the whole log, every case's chain and the tree over all of them, in one pass.

Entries come in the order of the tree. Memory is one hash for each case and the tree's
right edge, however long the log is.
"""

from collections.abc import Iterable, Mapping

from server.domain.errors import DomainError
from server.domain.session_log import GENESIS, BrokenChainError, Link, entry_digest, says_place
from server.domain.tree import Edge, Head, grow

_BEGINNING = (0, GENESIS, bytes.fromhex(GENESIS))


class ForkedTreeError(DomainError):
    """The log is not what a checkpoint says; `facts["size"]` is that checkpoint's."""

    code = "forked_tree"
    machine = True


class LogCheck:
    """Takes entries one by one. `checkpoints` are known roots by size, from anywhere."""

    def __init__(self, checkpoints: Iterable[Head] = ()) -> None:
        self._known: Mapping[int, Head] = {head.size: head for head in checkpoints}
        self._chains: dict[str, tuple[int, str, bytes]] = {}
        self._size, self._peaks = 0, list[bytes]()

    def add(self, link: Link) -> None:
        """Take the next entry. Raises BrokenChainError, ForkedTreeError."""
        case, seq, body, prev, told = link
        last, head, before = self._chains.get(case, _BEGINNING)
        digest = entry_digest(before, body)
        found = digest.hex()
        if seq != last + 1 or prev != head or told != found or not says_place(body, case, seq):
            raise BrokenChainError(case=case, seq=last + 1)
        self._chains[case] = (seq, found, digest)
        grow(self._peaks, self._size, digest)
        self._size += 1
        if self._size in self._known and self._known[self._size] != self._head:
            raise ForkedTreeError(size=self._size)

    def finish(self) -> Head:
        """Return size and root. Raises ForkedTreeError where a checkpoint knew of more."""
        longest = max(self._known, default=0)
        if longest > self._size:
            raise ForkedTreeError(size=longest)
        return self._head

    @property
    def _head(self) -> Head:
        return Edge(self._size, tuple(self._peaks)).head
