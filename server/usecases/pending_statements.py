"""Remembers the statements handed out: each for one device, one text and one signature."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from server.domain.agreement import Agreement
from server.domain.consent_statement import ConsentStatement, read_statement, statement_bytes
from server.domain.errors import ForbiddenError, NotFoundError
from server.domain.ids import PersonId
from server.ports.store import UnitOfWork

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One statement: its exact text, the key it names (base64 SPKI), and whose it is."""

    id: str
    statement: str
    public_key: str
    person: str
    device: str

    @property
    def said(self) -> ConsentStatement:
        """What the statement says."""
        return read_statement(self.statement.encode())

    def lives(self, now: datetime) -> bool:
        """Return whether it may still be signed."""
        return now - self.said.at < LIFE

    def signed_in(self, agreement: Agreement) -> bool:
        """Return whether the agreement has the signature that this statement was for."""
        given = agreement.signature_of(self.person)
        return given is not None and given.statement == self.statement


def pending(statement_id: str, said: ConsentStatement, public_key: str, device: str) -> Pending:
    """Return a statement as it is handed out."""
    return Pending(
        id=statement_id,
        statement=statement_bytes(said).decode(),
        public_key=public_key,
        person=said.signer_id,
        device=device,
    )


async def put(uow: UnitOfWork, one: Pending, asked: str, at: datetime) -> None:
    """Remember it under its id, and its id under what was asked, where an expired one may be."""
    await uow.replies.put(_key(one.id), json.dumps(asdict(one), ensure_ascii=False), at)
    await uow.replies.replace(asked, one.id, at)


async def get(uow: UnitOfWork, statement_id: str) -> Pending:
    """Return the statement; NotFoundError when there never was one or it is forgotten."""
    found = await uow.replies.find(_key(statement_id))
    if found is None:
        raise NotFoundError
    return Pending(**json.loads(found))


async def own(uow: UnitOfWork, statement_id: str, person: PersonId, device: str) -> Pending:
    """Return the person's own statement; ForbiddenError for another's, or another browser's."""
    found = await get(uow, statement_id)
    if (found.person, found.device) != (person, device):
        raise ForbiddenError(act="sign")
    return found


async def answered(uow: UnitOfWork, asked: str, now: datetime) -> Pending | None:
    """Return the living statement that answered the same question before."""
    found = await uow.replies.find(asked)
    if found is None:
        return None
    one = await get(uow, found)
    return one if one.lives(now) else None


def question(*parts: str) -> str:
    """Return the key of a question: equal parts, equal question."""
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"statement asked {digest}"


def _key(statement_id: str) -> str:
    return f"statement {statement_id}"
