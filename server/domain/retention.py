"""How long a case file is kept: by kind of dispute, as the committee decided or the pack suggests.

No national text fixes the years (人民调解法 art. 27 only has files kept), so each rule carries
the reason that was given for it. Nothing is destroyed because a period is over: it only
becomes due for review.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.errors import InvalidValueError
from server.domain.jurisdiction.pack import JurisdictionPack

MOST_YEARS = 100
ANY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """One rule: years for a kind of dispute, None for good. `dispute_type` "" is any other."""

    dispute_type: str
    years: int | None
    basis: str
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueKinds:
    """Kinds of dispute that are kept equally long: due is what was closed before that day."""

    years: int
    dispute_types: frozenset[str]
    closed_before: date


def kinds_of(dispute_type: str, pack: JurisdictionPack) -> tuple[str, ...]:
    """Return the kinds a dispute belongs to, the most particular first."""
    parents = {kind.code: kind.parent for kind in pack.dispute_types}
    return tuple(code for code in (dispute_type, parents.get(dispute_type, "")) if code)


def suggested(pack: JurisdictionPack) -> tuple[Keeping, ...]:
    """Return the rules of a jurisdiction, in its own language, before a committee decided any."""
    years = {one.code: one.years for one in pack.retention}
    return tuple(
        Keeping(
            dispute_type=rule.dispute_type,
            years=years[rule.retention],
            basis=rule.basis.in_language(pack.languages[0]),
        )
        for rule in pack.keeping
    )


def keeping_of(kinds: Sequence[str], own: Sequence[Keeping], pack: JurisdictionPack) -> Keeping:
    """Return the rule for a file: the nearest kind first, the committee's before the pack's.

    `kinds` are its type's codes, the most particular first.
    """
    rules = [*own, *suggested(pack)]
    for kind in (*kinds, ANY):
        for rule in rules:
            if rule.dispute_type == kind:
                return rule
    raise InvalidValueError(field="keeping", reason="no_rule")


def kept_until(keeping: Keeping, ended_on: date) -> date | None:
    """Return the first day on which a file is due for review; None for good.

    Counted from the year after the one in which it was closed, as archives count
    (人民法院诉讼档案保管期限的规定: 自案件办结后下一年起).
    """
    if keeping.years is None:
        return None
    return date(ended_on.year + 1 + keeping.years, 1, 1)


def due_kinds(own: Sequence[Keeping], pack: JurisdictionPack, today: date) -> tuple[DueKinds, ...]:
    """Return, for every period, which kinds are kept so long and since when they are due.

    What is kept for good is in none.
    """
    kinds: dict[int, set[str]] = {}
    for kind in pack.dispute_types:
        years = keeping_of(kinds_of(kind.code, pack), own, pack).years
        if years is not None:
            kinds.setdefault(years, set()).add(kind.code)
    return tuple(
        DueKinds(
            years=years,
            dispute_types=frozenset(codes),
            closed_before=date(today.year - years, 1, 1),
        )
        for years, codes in sorted(kinds.items())
    )


def expect_rules(rules: Sequence[Keeping], pack: JurisdictionPack) -> None:
    """Raise InvalidValueError unless a committee may decide so."""
    known = {ANY, *(kind.code for kind in pack.dispute_types)}
    kinds = [rule.dispute_type for rule in rules]
    if unknown := sorted(set(kinds) - known):
        raise InvalidValueError(field="keeping", reason="no_such_type", type=unknown[0])
    if len(set(kinds)) != len(kinds):
        raise InvalidValueError(field="keeping", reason="twice")
    for rule in rules:
        if rule.years is not None and not 1 <= rule.years <= MOST_YEARS:
            raise InvalidValueError(field="keeping", reason="years")
        if not rule.basis.strip():
            raise InvalidValueError(field="keeping", reason="no_basis")
