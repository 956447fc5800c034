"""Which forgeries `verify.sh` is asked about: it takes a second of processor time for each."""

import random
from collections.abc import Mapping
from math import ceil

import pytest

SHARE = 4
"""One of so many of each kind, one at least."""


def for_script(kinds: Mapping[str, object], config: pytest.Config) -> set[str]:
    """Return names, of each kind some; all of them where `--by-script all` says so."""
    if config.getoption("by_script") == "all":
        return set(kinds)
    return some_of(kinds, config.getoption("draw"))


def some_of(kinds: Mapping[str, object], draw: int) -> set[str]:
    drawn = random.Random(draw)
    return {name for like in alike(kinds) for name in drawn.sample(like, ceil(len(like) / SHARE))}


def alike(kinds: Mapping[str, object]) -> list[list[str]]:
    """Return the names of each kind, in an order that no hash changes."""
    groups: dict[object, list[str]] = {}
    for name, kind in kinds.items():
        groups.setdefault(kind, []).append(name)
    return list(groups.values())
