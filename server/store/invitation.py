"""Personal links, found by the hash of the link's token or of the browser's cookie."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select

from server.domain.ids import CaseId, InvitationId
from server.domain.invitation import Invitation
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import AggregateShelf, Layout, Question
from server.store.transaction import Transaction

_T = tables.invitations.c
_S = tables.invitation_seats.c


def _plain(invitation: Invitation) -> Mapping[str, object]:
    return {
        "id": invitation.id,
        "case_id": invitation.case_id,
        "committee_id": invitation.committee_id,
        "person_id": invitation.person_id,
        "token_hash": invitation.token_hash,
        "sent_at": invitation.sent_at,
        "expires_at": invitation.expires_at,
    }


_LAYOUT = Layout(Codec(Invitation), tables.invitations, owner=_T.case_id, case=_T.case_id)
_BY_TOKEN = Question(_LAYOUT, _T.token_hash == bindparam("token"))
_OF_CASE = Question(_LAYOUT, _T.case_id == bindparam("case"), order=[_T.sent_at, _T.id])
_NEWEST = (
    select(_S.invitation_id)
    .where(_S.seat_hash == bindparam("seat"))
    .order_by(_S.invitation_id.desc())
    .limit(1)
)
_BY_SEAT = Question(_LAYOUT, _T.id == _NEWEST.scalar_subquery())


class SqlInvitations:
    """Personal links."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT, _plain)

    async def get(self, invitation: InvitationId) -> Invitation:
        return await self._shelf.get(invitation)

    async def by_token(self, token_hash: str) -> Invitation | None:
        return await self._shelf.find(_BY_TOKEN, token=token_hash)

    async def by_seat(self, seat_hash: str) -> Invitation | None:
        """Return the newest invitation whose digits this browser gave."""
        return await self._shelf.find(_BY_SEAT, seat=seat_hash)

    async def of_case(self, case: CaseId) -> Sequence[Invitation]:
        await self._tx.hold(case)
        return await self._shelf.many(_OF_CASE, case=case)

    async def add(self, invitation: Invitation) -> None:
        await self._shelf.add(invitation, version=invitation.version)
        await self._seat(invitation)

    async def save(self, invitation: Invitation) -> Invitation:
        saved = await self._shelf.save(invitation)
        await self._seat(invitation)
        return saved

    async def _seat(self, invitation: Invitation) -> None:
        mine = _S.invitation_id == invitation.id
        rows = await self._tx.rows(select(_S.seat_hash).where(mine))
        stored, wanted = {row.seat_hash for row in rows}, set(invitation.seats)
        if gone := stored - wanted:
            await self._tx.run(
                delete(tables.invitation_seats).where(mine, _S.seat_hash.in_(sorted(gone)))
            )
        for seat in sorted(wanted - stored):
            await self._tx.run(
                insert(tables.invitation_seats).values(seat_hash=seat, invitation_id=invitation.id)
            )
