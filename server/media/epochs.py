"""The epoch of an app's start: workers refuse an app older than the one they know.

The clock gives it, so that a folder that was lost or restored does not matter; the last one is
kept beside the sockets, so that a clock that was set back does not either.
"""

import logging
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_log = logging.getLogger(__name__)


def new_epoch(kept: Path, now: datetime) -> int:
    """Return more than every start before: milliseconds since 1970, or one beyond the last.

    Where it cannot be kept the app serves all the same.
    """
    epoch = round(now.timestamp() * 1000)
    if (last := _last(kept)) >= epoch:
        _log.warning(
            "the clock was set back since the last start: epoch %d follows %d", epoch, last
        )
        epoch = last + 1
    try:
        _keep(kept, epoch)
    except OSError as fault:
        _log.warning("%s: not kept: %s", kept, fault)
    return epoch


def _last(kept: Path) -> int:
    with suppress(OSError, ValueError):
        return int(kept.read_text(encoding="ascii"))
    return 0


def _keep(kept: Path, epoch: int) -> None:
    """Put it in place whole, or leave what was there."""
    beside = kept.with_name(f"{kept.name}.new")
    with beside.open("w", encoding="ascii") as out:
        out.write(str(epoch))
        out.flush()
        os.fsync(out.fileno())
    beside.replace(kept)
