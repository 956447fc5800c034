"""Answers remembered by idempotency key, so that a resend changes nothing."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select

from server.store import tables
from server.store.transaction import STORE_KEY, Transaction
from server.store.vault import Place

_T = tables.replies.c
_SAME = _T.key_hash == bindparam("hashed")
_FOUND, _BEFORE = select(_T.body).where(_SAME), delete(tables.replies).where(_SAME)
_OLD = delete(tables.replies).where(_T.at < bindparam("since"))
_NEW = insert(tables.replies)
KEPT = timedelta(days=7)
"""How long an answer is remembered: far longer than any phone resends."""


class SqlReplies:
    """Remembered answers, encrypted; the key is kept as a keyed hash."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def find(self, key: str) -> str | None:
        hashed = self._hash(key)
        row = await self._tx.first(_FOUND, hashed=hashed)
        if row is None:
            return None
        own = await self._tx.wrapped_key(STORE_KEY)
        return self._tx.vault.decrypt(own, _place(hashed), row.body).decode()

    async def put(self, key: str, reply: str, at: datetime) -> None:
        """Remember an answer. Raises ConflictError when there is one for this key."""
        await self._tx.run(_OLD, since=at - KEPT)
        hashed, own = self._hash(key), await self._tx.wrapped_key(STORE_KEY)
        body = self._tx.vault.encrypt(own, _place(hashed), reply.encode())
        await self._tx.run(_NEW, key_hash=hashed, at=at, body=body)

    async def replace(self, key: str, reply: str, at: datetime) -> None:
        """Remember an answer instead of the one before, if there was one.

        Raises ConflictError when another transaction has just done the same.
        """
        await self._tx.run(_BEFORE, hashed=self._hash(key))
        await self.put(key, reply, at)

    def _hash(self, key: str) -> str:
        return self._tx.vault.keyed_hash(f"reply\0{key}")


def _place(hashed: str) -> Place:
    return Place(table="replies", id=hashed, version=0)
