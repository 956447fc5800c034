"""The session log: one hash chain per case, without any content.

An entry's hash is SHA-256(0x00 || previous hash || canonical body); SM3 of the same bytes
stands beside it. The body holds kinds, ids and digests; never spoken or typed words,
amounts, names or numbers.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from server.domain.canonical import sha256_hex, sm3_agrees, sm3_hex
from server.domain.errors import DomainError
from server.domain.ids import CaseId

GENESIS = "0" * 64
SYSTEM = "system"
"""The actor of what nobody asked for: the server's own deed."""
Fact = str | int | bool | None
Link = tuple[CaseId, int, str, str, str]
"""An entry's case, number, body, the hash before it and its own."""


class BrokenChainError(DomainError):
    """An entry was changed, removed or moved; `facts["seq"]` is the first such."""

    code = "broken_chain"
    machine = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something to be logged: who did what; `facts` are ids, codes and digests."""

    kind: str
    actor: str
    facts: tuple[tuple[str, Fact], ...] = ()


class Entry(NamedTuple):
    """One link of the chain. `body` is the exact canonical JSON that was hashed.

    `sm3` is None where it could not be computed.
    """

    case_id: CaseId
    seq: int
    body: str
    prev: str
    hash: str
    sm3: str | None = None

    @property
    def link(self) -> Link:
        """Return what the chain and the tree over all of them are made of."""
        return self.case_id, self.seq, self.body, self.prev, self.hash


def happened(kind: str, actor: str, **facts: Fact) -> Happening:
    """Return a happening with its facts in a fixed order."""
    return Happening(kind=kind, actor=actor, facts=tuple(sorted(facts.items())))


def chain(case_id: CaseId, last: Entry | None, what: Happening, at: datetime) -> Entry:
    """Return the entry that follows `last`."""
    seq = last.seq + 1 if last else 1
    body = _canonical(
        {
            "v": 1,
            "case": case_id,
            "seq": seq,
            "at": at.isoformat(timespec="milliseconds"),
            "kind": what.kind,
            "actor": what.actor,
            "facts": dict(what.facts),
        }
    )
    prev = last.hash if last else GENESIS
    exact = _exact(prev, body)
    return Entry(case_id, seq, body, prev, sha256_hex(exact), sm3_hex(exact))


def verify(entries: Iterable[Entry], after: Entry | None = None) -> str:
    """Return the head hash of an unbroken chain, else raise BrokenChainError.

    `after` is the entry that the first one has to follow; None begins the chain.
    """
    head = after.hash if after else GENESIS
    for seq, entry in enumerate(entries, start=after.seq + 1 if after else 1):
        exact = _exact(head, entry.body)
        whole = entry.prev == head and entry.hash == sha256_hex(exact)
        numbered = entry.seq == seq == json.loads(entry.body)["seq"]
        if not whole or not numbered or not sm3_agrees(entry.sm3, exact):
            raise BrokenChainError(seq=seq)
        head = entry.hash
    return head


def _canonical(body: dict[str, object]) -> str:
    # RFC 8785 for our profile: ASCII keys, strings, integers, booleans, no floats.
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def says_place(body: str, case: CaseId, seq: int) -> bool:
    """Return whether a body is the text of this case's entry of this number, as `chain` writes it.

    Quotes within a string are escaped, so neither part can stand inside of one. Not by reading
    the JSON: that would cost as much as an entry's hashes do, and a night reads them all.
    """
    return f'","case":"{case}","facts":{{' in body and body.endswith(f',"seq":{seq},"v":1}}')


def entry_digest(prev: bytes, body: str) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\x00" + prev + body.encode()).digest()


def _exact(prev: str, body: str) -> bytes:
    return b"\x00" + bytes.fromhex(prev) + body.encode()
