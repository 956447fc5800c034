"""What the check of the whole log finds, and what only a checkpoint elsewhere can find."""

import random
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, strategies as st

from server.domain.ids import CaseId
from server.domain.log_check import ForkedTreeError, LogCheck
from server.domain.session_log import (
    GENESIS,
    BrokenChainError,
    Entry,
    Link,
    chain,
    entry_digest,
    happened,
)
from server.domain.tree import Head
from tests.support.clock import START
from tests.support.whole_log import check_log

CASES = [CaseId("case-1"), CaseId("case-2"), CaseId("case-3")]


def log_of(turns: Sequence[int], kind: str = "admitted") -> list[Entry]:
    last: dict[CaseId, Entry] = {}
    entries = []
    for number, turn in enumerate(turns):
        case = CASES[turn]
        happening = happened(kind if number == 0 else "step", "staff-1")
        last[case] = chain(case, last.get(case), happening, START)
        entries.append(last[case])
    return entries


TURNS = [0, 1, 0, 2, 2, 1, 0, 0, 1, 2, 0, 1]
LOG = log_of(TURNS)
REWRITTEN = log_of(TURNS, "removed")
CHECKPOINTS = [check_log(LOG[:5]), check_log(LOG)]

turns = st.lists(st.integers(0, 2), min_size=2, max_size=30)


@given(turns=turns)
def test_a_whole_log_holds(turns: list[int]) -> None:
    log = log_of(turns)
    checkpoints = [check_log(log[:size]) for size in range(len(log) + 1)]
    assert check_log(log, checkpoints) == checkpoints[-1]


@given(turns=turns, choose=st.randoms())
def test_a_removed_entry_is_found(turns: list[int], choose: random.Random) -> None:
    log = log_of(turns)
    head, gone = check_log(log), choose.randrange(len(log))
    with pytest.raises((BrokenChainError, ForkedTreeError)):
        check_log(log[:gone] + log[gone + 1 :], [head])


@given(turns=turns, choose=st.randoms())
def test_reordered_entries_are_found(turns: list[int], choose: random.Random) -> None:
    log = log_of(turns)
    head, (one, other) = check_log(log), choose.sample(range(len(log)), 2)
    log[one], log[other] = log[other], log[one]
    with pytest.raises((BrokenChainError, ForkedTreeError)):
        check_log(log, [head])


@pytest.mark.parametrize("place", range(len(LOG)))
@pytest.mark.parametrize(
    "change",
    [
        {"body": LOG[0].body.replace("admitted", "removed")},
        {"prev": "f" * 64},
        {"hash": "f" * 64},
        {"seq": 99},
        {"case_id": CaseId("case-9")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_entry_is_found(place: int, change: dict[str, Any]) -> None:
    altered = [*LOG]
    altered[place] = LOG[place]._replace(**change)
    with pytest.raises(BrokenChainError):
        check_log(altered)


def test_an_entry_under_another_cases_name_is_found() -> None:
    with pytest.raises(BrokenChainError):
        check_log([LOG[0]._replace(case_id=CASES[1]), *LOG[1:]])


def test_a_chain_rewritten_with_fresh_hashes_is_found_only_by_a_checkpoint() -> None:
    assert check_log(REWRITTEN).size == len(LOG)
    for known in CHECKPOINTS:
        with pytest.raises(ForkedTreeError) as found:
            check_log(REWRITTEN, [known])
        assert found.value.facts["size"] == known.size


def test_a_log_cut_at_its_end_is_found_by_a_checkpoint() -> None:
    assert check_log(LOG[:5], CHECKPOINTS[:1]) == CHECKPOINTS[0]
    with pytest.raises(ForkedTreeError):
        check_log(LOG[:5], CHECKPOINTS)


def test_an_empty_log_has_the_empty_root() -> None:
    assert check_log([]).size == 0
    with pytest.raises(ForkedTreeError):
        check_log([], [Head(1, b"x")])


def seconds_for(size: int) -> float:
    """Return how long the check of `size` entries takes; making them is not counted."""
    check, taken = LogCheck(), 0.0
    last: dict[CaseId, Entry] = {}
    for begin in range(0, size, 5_000):
        part = list[Link]()
        for number in range(begin, begin + 5_000):
            case = CaseId(f"case-{number % (size // 50)}")
            last[case] = chain(case, last.get(case), happened("step", "staff-1", n=number), START)
            part.append(last[case].link)
        begun = perf_counter()
        for link in part:
            check.add(link)
        taken += perf_counter() - begun
    assert check.finish().size == size
    return taken


def test_a_long_log_costs_no_more_by_entry_than_a_short_one() -> None:
    """To see the figure for a million entries: python -m tests.domain.test_log_check."""
    short = min(seconds_for(10_000) for _ in range(2)) / 10_000
    long = seconds_for(50_000) / 50_000
    print(f"{short * 1e6:.1f} and {long * 1e6:.1f} us an entry")  # noqa: T201 - a figure to read
    assert long < 2 * short


if __name__ == "__main__":
    print(f"1,000,000 entries: chains and tree checked in {seconds_for(1_000_000):.2f} s")  # noqa: T201


@pytest.mark.parametrize(
    "body", ["", "x", "[]", "{}", '{"case":"case-1"}', '{"case":"case-1","seq":1} ']
)
def test_a_body_that_is_none_breaks_the_chain_however_well_it_is_hashed(body: str) -> None:
    found = entry_digest(bytes.fromhex(GENESIS), body).hex()
    forged = Entry(case_id=CASES[0], seq=1, body=body, prev=GENESIS, hash=found)
    with pytest.raises(BrokenChainError):
        check_log([forged])
