"""For the demonstration on loopback alone: hands out codes on the terminal and on request."""

import sys

from server.ports.notify import Message, MessageKind, MessageState, Notifier


class DemoNotifier:
    """Wraps another notifier and keeps the last code of every person in memory.

    Only to be made in demo mode on loopback: whoever reads `codes` can sign as anybody.
    """

    def __init__(self, wrapped: Notifier) -> None:
        self._wrapped = wrapped
        self.codes: dict[str, str] = {}
        """The last code by person id."""

    @property
    def carries_codes(self) -> bool:
        """Codes reach whoever sits at this machine."""
        return True

    async def send(self, message: Message) -> MessageState:
        """Show a code here; leave every other message to the wrapped notifier."""
        if message.kind is not MessageKind.CODE:
            return await self._wrapped.send(message)
        code = next(word for word in _digit_runs(message.text) if len(word) == _LENGTH)
        self.codes[message.person_id] = code
        print(f"{message.mobile}: {message.text}", file=sys.stderr)  # noqa: T201 - the demonstration's telephone
        return MessageState.SENT


_LENGTH = 6


def _digit_runs(text: str) -> list[str]:
    return "".join(sign if sign.isdigit() else " " for sign in text).split()
