"""Messages for staff to copy or for a gateway to carry."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from server.domain.ids import CaseId, MessageId
from server.ports.notify import Message, MessageKind, MessageState
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import Layout, Question, Shelf
from server.store.transaction import Transaction

_T = tables.outbox.c


def _plain(message: Message) -> Mapping[str, object]:
    return {
        "id": message.id,
        "committee_id": message.committee_id,
        "case_id": message.case_id,
        "kind": message.kind.value,
        "state": message.state.value,
        "at": message.at,
    }


_LAYOUT = Layout(Codec(Message), tables.outbox, owner=_T.committee_id)


class SqlOutbox:
    """Messages, the oldest first."""

    def __init__(self, tx: Transaction) -> None:
        self._tx, self._shelf = tx, Shelf(tx, _LAYOUT, _plain)

    async def add(self, message: Message) -> None:
        await self._shelf.add(message)

    async def get(self, message: MessageId) -> Message:
        return await self._shelf.get(message)

    async def of_case(self, case: CaseId) -> Sequence[Message]:
        return await self._shelf.many(Question(_LAYOUT, _T.case_id == case, order=[_T.at, _T.id]))

    async def untold(self, since: datetime) -> Sequence[CaseId]:
        kinds = (MessageKind.SEALED.value, MessageKind.REMINDER.value)
        waits = _T.kind.in_(kinds), _T.state == MessageState.WAITING.value
        query = select(_T.case_id).where(*waits, _T.at >= since).distinct().order_by(_T.case_id)
        return [CaseId(row.case_id) for row in await self._tx.rows(query)]

    async def save(self, message: Message) -> None:
        await self._shelf.replace(message, expected=await self._shelf.version(message.id))
