"""A whole log checked in one call."""

from collections.abc import Iterable

from server.domain.log_check import LogCheck
from server.domain.session_log import Entry
from server.domain.tree import Head


def check_log(entries: Iterable[Entry], checkpoints: Iterable[Head] = ()) -> Head:
    """Return size and root of a whole log. Raises BrokenChainError, ForkedTreeError."""
    check = LogCheck(checkpoints)
    for entry in entries:
        check.add(entry.link)
    return check.finish()
