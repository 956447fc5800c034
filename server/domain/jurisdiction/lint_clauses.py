"""What the text of the clauses must hold, and must not."""

from collections.abc import Iterator

from server.domain.amounts import AmountError, AmountWordsError, fen_from_words, read_words
from server.domain.jurisdiction.clause_amounts import amount_pairs, printed_amounts
from server.domain.jurisdiction.lint_values import Finding, LintClause, LintInput, error, warning
from server.domain.jurisdiction.pack import JurisdictionPack


def clause_findings(draft: LintInput, pack: JurisdictionPack) -> Iterator[Finding]:
    """Yield what the clauses lack or hold too much, clause by clause."""
    if not draft.clauses:
        yield error("clauses_missing")
    if not draft.facts_text.strip():
        yield warning("facts_missing")
    yield from _word_findings("", draft.facts_text, pack)
    for place, clause in enumerate(draft.clauses, start=1):
        yield from _numbering(clause, place, pack)
        if not clause.text.strip():
            yield error("clause_empty", clause.ref, number=clause.number)
        yield from _waivers(clause, pack)
        yield from _word_findings(clause.ref, clause.text, pack)
    yield from _knowledge(draft, pack)
    yield from _total_printed(draft, pack)


def words_differ(printed: str, fen: int, pack: JurisdictionPack, ref: str) -> Finding | None:
    """Return what is wrong with words that stand for an amount, None where nothing is."""
    spell = pack.clauses.amount_words
    if spell is None:
        return None
    try:
        value, expected = read_words(printed), spell(fen)
    except (AmountWordsError, AmountError):
        return error("words_unreadable", ref, words=printed)
    if value != fen:
        return error("words_differ", ref, words=printed, amount=fen, expected=expected)
    try:
        fen_from_words(printed)
    except AmountWordsError:
        return warning("words_spelling", ref, words=printed, expected=expected)
    return None


def _numbering(clause: LintClause, place: int, pack: JurisdictionPack) -> Iterator[Finding]:
    if clause.number != place:
        yield error("clause_numbering", clause.ref, number=clause.number, expected=place)
    pattern = pack.clauses.printed_number
    match = pattern.match(clause.text) if pattern else None
    if match is None:
        return
    printed = next(text for text in match.groups() if text)
    if printed not in {str(clause.number), pack.clauses.number_in_words(clause.number)}:
        yield warning("clause_prints_other_number", clause.ref, printed=printed)


def _waivers(clause: LintClause, pack: JurisdictionPack) -> Iterator[Finding]:
    for pattern in pack.clauses.waiver:
        for match in pattern.finditer(clause.text):
            yield error("waives_remedy", clause.ref, words=match[0])
    for pattern in pack.clauses.doubtful:
        for match in pattern.finditer(clause.text):
            yield warning("may_waive_remedy", clause.ref, words=match[0])


def _word_findings(ref: str, text: str, pack: JurisdictionPack) -> Iterator[Finding]:
    if pack.clauses.amount_words is None:
        return
    paired = amount_pairs(text)
    for pair in paired:
        if finding := words_differ(pair.words, pair.fen, pack, ref):
            yield finding
    alone = {amount.words for amount in printed_amounts(text) if amount.words}
    for words in sorted(alone - {pair.words for pair in paired}):
        try:
            read_words(words)
        except (AmountWordsError, AmountError):
            yield error("words_unreadable", ref, words=words)


def _knowledge(draft: LintInput, pack: JurisdictionPack) -> Iterator[Finding]:
    """Ask for the clause by which an ungraded worker says he knows what may still change."""
    if not pack.dispute_type(draft.dispute_type).labour or draft.labour_graded is not False:
        return
    marks = pack.clauses.knowledge
    said = any(all(mark.search(clause.text) for mark in marks) for clause in draft.clauses)
    if marks and not said:
        yield error("knowledge_clause_missing", wording=draft.knowledge_clause)


def _total_printed(draft: LintInput, pack: JurisdictionPack) -> Iterator[Finding]:
    if not draft.total or pack.clauses.amount_words is None:
        return
    amounts = (amount for clause in draft.clauses for amount in printed_amounts(clause.text))
    if draft.total not in {amount.fen for amount in amounts}:
        yield warning("total_not_printed", total=draft.total)
