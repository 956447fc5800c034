"""Hands messages to a program of the installation, such as a modem's or a gateway's client.

The program gets JSON on standard input and nothing in its arguments, where other
accounts of the machine could read it. Exit status 0 means taken.
"""

import asyncio
import logging
import shlex

from server.notify.webhook import body_of
from server.ports.notify import Message, MessageState

log = logging.getLogger(__name__)

TIMEOUT_S = 20


class CommandNotifier:
    """One run for one message. What the program prints is dropped: it may hold the text."""

    def __init__(self, *, command: str, timeout_s: float = TIMEOUT_S) -> None:
        self._words = shlex.split(command)
        self._timeout_s = timeout_s

    @property
    def carries_codes(self) -> bool:
        """The program hands the text to the person's own telephone."""
        return True

    async def send(self, message: Message) -> MessageState:
        """Run the program; FAILED when it cannot start, fails, or takes too long."""
        try:
            status = await self._run(body_of(message))
        except (OSError, TimeoutError) as failure:
            log.warning("message %s: not sent: %s", message.id, type(failure).__name__)
            return MessageState.FAILED
        if status:
            log.warning("message %s: the program ended with %d", message.id, status)
            return MessageState.FAILED
        return MessageState.SENT

    async def _run(self, body: bytes) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                await process.communicate(body)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0
