"""Finds closed cases whose files wait for a decision, by plain columns and hashes alone.

A case's kind of dispute is kept as a keyed hash, so that the periods of the kinds can be held
against the day it was closed without opening it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, false, func, or_

from server.domain.custody import CustodyState
from server.ports.keeping import ClosedBefore, KeepingQuery
from server.store import tables
from server.store.vault import Vault

_T = tables.cases.c
_KIND = "dispute_type"
_NEVER = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Which rows wait, and in which order: the longest due first."""

    where: ColumnElement[bool]
    order: Sequence[ColumnElement[Any]]


def kind_term(vault: Vault, committee: str, dispute_type: str) -> int:
    """Return the hash of a case's kind of dispute."""
    return vault.term(_KIND, committee, dispute_type)


def waiting_in_keeping(vault: Vault, query: KeepingQuery) -> Waiting:
    """Return the rows that somebody holds back or that are due."""
    kinds = [(one, _of_kinds(vault, query, one)) for one in query.due]
    due = [and_(mine, _T.closed_at < one.moment) for one, mine in kinds]
    if query.due:
        # What an earlier release closed has no hash yet: by the shortest period it is looked at.
        last = max(one.moment for one in query.due)
        due.append(and_(_T.kind_term.is_(None), _T.closed_at < last))
    years = [(mine, extract("year", _T.closed_at) + one.years) for one, mine in kinds]
    return Waiting(
        where=and_(
            _T.committee_id == query.committee_id,
            or_(
                _T.custody == CustodyState.HELD.value,
                and_(_T.custody == CustodyState.KEPT.value, or_(false(), *due)),
            ),
        ),
        order=[func.coalesce(case(*years), _NEVER) if years else _T.no, _T.closed_at, _T.no],
    )


def _of_kinds(vault: Vault, query: KeepingQuery, due: ClosedBefore) -> ColumnElement[bool]:
    terms = [kind_term(vault, query.committee_id, one) for one in sorted(due.dispute_types)]
    return _T.kind_term.in_(terms)
