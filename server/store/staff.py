"""Staff and their signed-in consoles. A login is found by its keyed hash."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, insert, select, update

from server.domain.errors import NotFoundError
from server.domain.ids import CommitteeId, StaffId
from server.domain.staff import Staff, StaffSession
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import AggregateShelf, Layout, Question
from server.store.terms import plain_login
from server.store.transaction import Transaction
from server.store.vault import Vault

_T = tables.staff.c
_S = tables.staff_sessions.c
_SIGNED_IN = select(tables.staff_sessions).where(_S.token_hash == bindparam("token"))
_LAYOUT = Layout(Codec(Staff), tables.staff, owner=_T.committee_id)
_BY_LOGIN = Question(_LAYOUT, _T.login_term == bindparam("login"))
_OF_COMMITTEE = Question(_LAYOUT, _T.committee_id == bindparam("committee"), order=[_T.id])


def _plain(vault: Vault, staff: Staff) -> Mapping[str, object]:
    return {
        "id": staff.id,
        "committee_id": staff.committee_id,
        "login_term": _login_term(vault, staff.login),
    }


def _login_term(vault: Vault, login: str) -> int:
    return vault.term("login", "", plain_login(login))


class SqlStaffRegister:
    """Staff and their signed-in consoles."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT, partial(_plain, tx.vault))

    async def get(self, staff: StaffId) -> Staff:
        return await self._shelf.get(staff)

    async def by_login(self, login: str) -> Staff | None:
        return await self._shelf.find(_BY_LOGIN, login=_login_term(self._tx.vault, login))

    async def of_committee(self, committee: CommitteeId) -> Sequence[Staff]:
        return await self._shelf.many(_OF_COMMITTEE, committee=committee)

    async def add(self, staff: Staff) -> None:
        await self._shelf.add(staff, version=staff.version)

    async def save(self, staff: Staff) -> Staff:
        return await self._shelf.save(staff)

    async def rehash(self) -> None:
        """Hash every login again, after the keys were wrapped by this transaction's vault."""
        async for _ in self._shelf.rehash(key=_T.id):
            pass

    async def sign_in(self, session: StaffSession) -> None:
        await self._tx.run(insert(tables.staff_sessions).values(**asdict(session)))

    async def session(self, token_hash: str) -> StaffSession | None:
        row = await self._tx.first(_SIGNED_IN, token=token_hash)
        return None if row is None else StaffSession(**row._asdict())

    async def save_session(self, session: StaffSession) -> None:
        """Write it, or raise NotFoundError where it has ended: what ended stays ended."""
        changed = await self._tx.changed(
            update(tables.staff_sessions)
            .where(_S.token_hash == session.token_hash, _S.revoked_at.is_(None))
            .values(**asdict(session))
        )
        if not changed:
            raise NotFoundError

    async def see_session(self, token_hash: str, at: datetime) -> bool:
        """Note that a console was used, and nothing else; False where it has ended."""
        changed = await self._tx.changed(
            update(tables.staff_sessions)
            .where(_S.token_hash == token_hash, _S.revoked_at.is_(None))
            .values(seen_at=at)
        )
        return changed == 1

    async def revoke_sessions(self, staff: StaffId, at: datetime, *, but: str = "") -> None:
        """End the member's consoles, all but the one with that token hash."""
        await self._tx.run(
            update(tables.staff_sessions)
            .where(_S.staff_id == staff, _S.revoked_at.is_(None), _S.token_hash != but)
            .values(revoked_at=at)
        )
