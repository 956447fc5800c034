"""Which packets of one stream a phone misses lately, as its requests tell while there is time."""

from dataclasses import dataclass
from typing import Final

_KEPT: Final = 512
REACH: Final = 128
"""Nobody asks about a longer span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """So many packets are missing in so many gaps, `among` those since the first that is."""

    count: int
    gaps: int
    among: int


_NOTHING: Final = Gone(count=0, gaps=0, among=0)


class Missing:
    """Numbers are the source's; `sent` is that of the newest packet that went out."""

    def __init__(self) -> None:
        """Begin with nothing missing."""
        self._numbers: set[int] = set()
        self._from = 0
        self._answered = self._sent = 0

    def settle(self, sent: int) -> None:
        """Let what was sent up to now tell nothing any more."""
        self._numbers.clear()
        self._from = sent + 1

    def begin(self) -> None:
        """Forget all: another source counts differently."""
        self.__init__()  # type: ignore[misc]  # as new

    def note(self, number: int) -> None:
        """Take one that the phone asked for, however often."""
        if number >= self._from:
            self._numbers.add(number)

    def new_round(self, sent: int) -> None:
        """Begin a round: what was sent before the last one has arrived, or was asked for."""
        self._answered, self._sent = self._sent, sent
        if self._numbers:
            # No span reaches what is older, and a line that has none left is judged quickly.
            least = self._answered - REACH
            if len(self._numbers) > _KEPT:
                least = max(least, sent - _KEPT)
            self._numbers = {one for one in self._numbers if one > least}

    @property
    def some(self) -> bool:
        """Whether anything is missing of which somebody could still ask."""
        return bool(self._numbers)

    def gone(self, span: int) -> Gone:
        """Return what is missing of the last `span` packets of which that can be known.

        `span` is less than REACH. A phone asks again and again; each packet counts once.
        """
        if not self._numbers:  # as on most lines, three times a round
            return _NOTHING
        end = max(self._answered, *self._numbers)
        gone = [one for one in self._numbers if end - span < one <= end]
        return Gone(
            count=len(gone),
            gaps=sum(one - 1 not in self._numbers for one in gone),
            among=end - min(gone) + 1 if gone else 0,
        )
