"""The tree over all session logs: who waits, who has which place, what was signed.

A trigger lets every entry of the log wait in the transaction that logs it, so what is seen
waiting is committed, and what is committed is seen sooner or later, in whatever order
PostgreSQL's transactions end. Places are given out by one writer at a time, within a case in
the order of its chain. A place keeps the hashes of the subtrees that it completes: leaf first.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, delete, func, insert, select

from server.domain.checkpoint import Checkpoint, read_checkpoint
from server.domain.ids import CaseId
from server.domain.session_log import BrokenChainError, Entry, Link, verify
from server.domain.tree import Edge, Spot, edge_of, grown, last_leaf, leaf_hash, spots_of
from server.store import tables
from server.store.session_log import entries_of
from server.store.transaction import Transaction

TREE = "tree"
"""Name of the lock under which places and checkpoints are added."""

_LOG, _PLACES = tables.session_log.c, tables.tree_entries.c
_WAITING, _CHECKPOINTS = tables.tree_waiting.c, tables.checkpoints.c
_LINKS = (
    select(_LOG.case_id, _LOG.seq, _LOG.body, _LOG.prev, _LOG.hash)
    .join(tables.tree_entries, (_PLACES.case_id == _LOG.case_id) & (_PLACES.seq == _LOG.seq))
    .where(_PLACES.position >= bindparam("begin"))
    .order_by(_PLACES.position)
    .limit(bindparam("limit"))
)
_CASES_WAITING = select(_WAITING.case_id).group_by(_WAITING.case_id).order_by(func.min(_WAITING.no))
_WAITED = delete(tables.tree_waiting).where(
    _WAITING.case_id == bindparam("case"), _WAITING.seq <= bindparam("until")
)
_LAST_PLACE = (
    select(tables.tree_entries)
    .where(_PLACES.case_id == bindparam("case"))
    .order_by(_PLACES.seq.desc())
    .limit(1)
)
_ENTRIES = (
    select(tables.session_log)
    .where(_LOG.case_id == bindparam("case"), _LOG.seq > bindparam("after"))
    .order_by(_LOG.seq)
    .limit(bindparam("limit"))
)
_SIZE = select(func.coalesce(func.max(_PLACES.position) + 1, 0))
_NODES = select(_PLACES.position, _PLACES.nodes).where(
    _PLACES.position.in_(bindparam("places", expanding=True))
)
_LATEST = select(tables.checkpoints).order_by(_CHECKPOINTS.size.desc()).limit(1)
"""These are made once: making one costs as much as asking it, `_LINKS` as a hundred entries."""
_AT_ONCE = 500
_LENGTH = 32


class SqlLogTree:
    """The tree and its checkpoints."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def waiting(self) -> Sequence[CaseId]:
        return [CaseId(row.case_id) for row in await self._tx.rows(_CASES_WAITING)]

    async def place(self, case: CaseId, limit: int) -> int:
        await self._tx.hold(TREE)
        last = await self._tx.first(_LAST_PLACE, case=case)
        before = None if last is None else await self._before(case, last)
        coming = await self._after(case, before.seq if before else 0, limit)
        verify(coming, before)
        await self._add(coming)
        reached = coming[-1].seq if coming else before.seq if before else 0
        await self._tx.run(_WAITED, case=case, until=reached)
        return len(coming)

    async def _before(self, case: CaseId, last: Row[Any]) -> Entry:
        """Return the entry that was placed last, as long as it is the one that was placed."""
        found = await self._after(case, last.seq - 1, 1)
        placed = last.nodes[:_LENGTH]
        if [(e.seq, leaf_hash(bytes.fromhex(e.hash))) for e in found] != [(last.seq, placed)]:
            raise BrokenChainError(case=case, seq=last.seq)
        return found[0]

    async def _after(self, case: CaseId, seq: int, limit: int) -> list[Entry]:
        return entries_of(await self._tx.rows(_ENTRIES, case=case, after=seq, limit=limit))

    async def _add(self, entries: Sequence[Entry]) -> None:
        edge, rows = await self.edge(), []
        for entry in entries:
            position = edge.size
            edge, made = grown(edge, bytes.fromhex(entry.hash))
            rows.append(
                {
                    "position": position,
                    "case_id": entry.case_id,
                    "seq": entry.seq,
                    "nodes": b"".join(made),
                }
            )
        await self._tx.insert(tables.tree_entries, rows)

    async def edge(self) -> Edge:
        row = await self._tx.first(_SIZE)
        size: int = row[0] if row else 0
        return edge_of(size, await self.nodes(spots_of((0, size))))

    async def nodes(self, spots: Collection[Spot]) -> Mapping[Spot, bytes]:
        kept: dict[int, bytes] = {}
        for part in _parts(sorted({last_leaf(spot) for spot in spots})):
            rows = await self._tx.rows(_NODES, places=part)
            kept.update((row.position, row.nodes) for row in rows)
        return {spot: _node(kept.get(last_leaf(spot), b""), spot) for spot in spots}

    async def positions(self, case: CaseId, until: int) -> Sequence[int]:
        found: list[int] = []
        for begin in range(0, until, _AT_ONCE):
            rows = await self._tx.rows(
                select(_PLACES.position)
                .where(_PLACES.case_id == case, _PLACES.seq > begin)
                .where(_PLACES.seq <= min(begin + _AT_ONCE, until))
                .order_by(_PLACES.seq)
            )
            found += [row.position for row in rows]
        return found

    async def links(self, begin: int, limit: int) -> Sequence[Link]:
        found: CursorResult[*Link] = await self._tx.run(_LINKS, begin=begin, limit=limit)
        return found.all()

    async def latest(self) -> Checkpoint | None:
        row = await self._latest()
        return None if row is None else read_checkpoint(row.text)

    async def latest_at(self) -> datetime | None:
        row = await self._latest()
        return None if row is None else row.at

    async def _latest(self) -> Row[Any] | None:
        return await self._tx.first(_LATEST)

    async def covering(self, size: int) -> Checkpoint | None:
        row = await self._tx.first(
            select(tables.checkpoints)
            .where(_CHECKPOINTS.size >= size)
            .order_by(_CHECKPOINTS.size)
            .limit(1)
        )
        return None if row is None else read_checkpoint(row.text)

    async def keep(self, checkpoint: Checkpoint, at: datetime) -> bool:
        await self._tx.hold(TREE)
        latest = await self.latest()
        if latest is not None and latest.head.size >= checkpoint.head.size:
            return False
        row = {"size": checkpoint.head.size, "at": at, "text": checkpoint.text}
        await self._tx.run(insert(tables.checkpoints).values(**row))
        return True

    async def keep_stamp(self, size: int, token: bytes, at: datetime) -> bytes:
        await self._tx.hold(TREE)
        kept = await self.stamp_of(size)
        if kept is not None:
            return kept
        row = {"size": size, "at": at, "token": token}
        await self._tx.run(insert(tables.checkpoint_stamps).values(**row))
        return token

    async def stamp_of(self, size: int) -> bytes | None:
        stamps = tables.checkpoint_stamps.c
        row = await self._tx.first(select(stamps.token).where(stamps.size == size))
        found: bytes | None = row.token if row else None
        return found

    async def unstamped(self, after: int, limit: int) -> Sequence[Checkpoint]:
        stamps = tables.checkpoint_stamps.c
        rows = await self._tx.rows(
            select(_CHECKPOINTS.text)
            .outerjoin_from(
                tables.checkpoints, tables.checkpoint_stamps, stamps.size == _CHECKPOINTS.size
            )
            .where(stamps.size.is_(None), _CHECKPOINTS.size > after)
            .order_by(_CHECKPOINTS.size)
            .limit(limit)
        )
        return [read_checkpoint(row.text) for row in rows]

    async def shown_to(self, witness: str) -> tuple[int, bool]:
        kept = tables.checkpoint_witnesses.c
        row = await self._tx.first(select(kept.size, kept.stamped).where(kept.witness == witness))
        return (row.size, row.stamped) if row else (0, False)

    async def keep_shown(self, witness: str, size: int, stamped: bool) -> None:  # noqa: FBT001
        await self._tx.hold(TREE)
        kept = tables.checkpoint_witnesses
        await self._tx.run(delete(kept).where(kept.c.witness == witness))
        row = {"witness": witness, "size": size, "stamped": stamped}
        await self._tx.run(insert(kept).values(**row))


def _node(nodes: bytes, spot: Spot) -> bytes:
    begin = spot[0] * _LENGTH
    found = nodes[begin : begin + _LENGTH]
    if len(found) != _LENGTH:
        raise BrokenChainError(position=last_leaf(spot))
    return found


def _parts(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(positions), _AT_ONCE):
        yield positions[begin : begin + _AT_ONCE]
