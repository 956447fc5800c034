"""Committees. Adding one makes the key for all that is the committee's own."""

from collections.abc import Mapping, Sequence

from server.domain.committee import Committee
from server.domain.ids import CommitteeId
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import AggregateShelf, Layout, Question
from server.store.transaction import Transaction

_T = tables.committees.c


def _plain(committee: Committee) -> Mapping[str, object]:
    return {"id": committee.id}


_LAYOUT = Layout(Codec(Committee), tables.committees, owner=_T.id)
_ALL = Question(_LAYOUT, order=[_T.id])


class SqlCommittees:
    """Committees."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT, _plain)

    async def get(self, committee: CommitteeId) -> Committee:
        return await self._shelf.get(committee)

    async def all(self) -> Sequence[Committee]:
        return await self._shelf.many(_ALL)

    async def add(self, committee: Committee) -> None:
        await self._tx.give_key(committee.id)
        await self._shelf.add(committee, version=committee.version)

    async def save(self, committee: Committee) -> Committee:
        return await self._shelf.save(committee)
