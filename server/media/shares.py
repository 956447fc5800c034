"""How much of a picture each of its viewers takes, and how far one may bring it down for all."""

from typing import TYPE_CHECKING, Final

from server.media.thrift import WEAK_BITS

if TYPE_CHECKING:
    from server.media.connection import Connection
    from server.media.downlink import Downlink
    from server.media.uplink import Uplink

SPREAD: Final = 6
"""Whoever takes less than this part of what the strongest viewer takes does without the picture.

With the usual cap that is 250 kbit/s, the least at which all are shown to whoever has room for it.
"""


def taken(video: "Downlink", now: float) -> float | None:
    """Return the bit/s that its viewer can take of it; None while there is no sign of a limit."""
    granted = video.granted(now)
    owner: Connection = video.link.owner
    share = None if video.held else owner.share(now)
    if granted is None or share is None:
        return share if granted is None else granted
    return min(granted, share)


def all_taken(source: "Uplink", now: float) -> list[float | None]:
    """Return that of each of its viewers."""
    return [taken(one, now) for one in source.downlinks]


def lowest(source: "Uplink", takes: list[float | None]) -> float:
    """Return the bit/s below which a picture does not come down for one viewer alone.

    Who shows no sign of a limit takes all that the source may send. Whose video waits does not
    count, unless he is about to be shown it again. `takes` is what `all_taken` says now.
    """
    owner: Connection = source.link.owner
    cap = owner.cap
    watch = zip(source.downlinks, takes, strict=True)
    known = [(0.0 if one.held else cap) if bits is None else bits for one, bits in watch]
    return min(cap, max(known, default=0.0)) / SPREAD


def least(source: "Uplink", now: float) -> float:
    """Return the bit/s of it that a line must carry to be shown it.

    A source that sends little by itself, in the dark or over a weak line of its own, asks no more.
    """
    return max(WEAK_BITS, min(lowest(source, all_taken(source, now)), source.flow.bits))
