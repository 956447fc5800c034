"""Which cases of what is dear a run takes: `verify.sh` takes a second of processor time for each.

Of a test that is marked `drawn` it takes some of the cases, and so of the forgeries that a test
asks the script about itself; `--by-script all` takes all of them.
"""

import random
from collections.abc import Iterable, Mapping
from math import ceil

import pytest

SHARE = 4
"""One of so many of each kind, one at least."""


def taken_of(kinds: Mapping[str, object], config: pytest.Config) -> set[str]:
    """Return what this run takes, of each kind some; all where `--by-script all` says so."""
    if config.getoption("by_script") == "all":
        return set(kinds)
    return some_of(kinds, config.getoption("draw"))


def left_out(items: Iterable[pytest.Item], config: pytest.Config) -> set[pytest.Item]:
    """Return the cases of drawn tests that this run does not take."""
    tests: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("drawn"):
            tests.setdefault(item.nodeid.partition("[")[0], {})[item.nodeid] = item
    return {
        cases[name]
        for cases in tests.values()
        for name in cases.keys() - taken_of(dict.fromkeys(cases, ""), config)
    }


def some_of(kinds: Mapping[str, object], draw: int) -> set[str]:
    drawn = random.Random(draw)
    return {name for like in alike(kinds) for name in drawn.sample(like, ceil(len(like) / SHARE))}


def alike(kinds: Mapping[str, object]) -> list[list[str]]:
    """Return the names of each kind, in an order that no hash changes."""
    groups: dict[object, list[str]] = {}
    for name, kind in kinds.items():
        groups.setdefault(kind, []).append(name)
    return list(groups.values())
