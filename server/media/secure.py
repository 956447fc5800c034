"""DTLS over our own datagrams, and the SRTP keys that come out of it.

Everything behind sees `SecureChannel` and `SrtpPair`, and nothing of aiortc.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiortc import RTCDtlsFingerprint, RTCDtlsParameters

from server.media.undocumented import Session, dtls_over, play, pump, sessions

DATAGRAMS_WAITING: Final = 32
_FAREWELL_S: Final = 0.5

Transform = Callable[[bytes], bytes]

_log = logging.getLogger(__name__)


class HandshakeError(Exception):
    """The phone did not prove to be the one that answered."""


class SrtpPair:
    """The four ways through one protected path; each raises SrtpError, ValueError if too long.

    `received` and `sent` are the sessions behind them, `receiving` and `sending` an engine's own.
    """

    __slots__ = (
        "protect",
        "protect_rtcp",
        "received",
        "receiving",
        "sending",
        "sent",
        "unprotect",
        "unprotect_rtcp",
    )

    def __init__(self, received: Session, sent: Session) -> None:
        """Bind the methods once: they are looked up for every packet."""
        self.received = received
        self.sent = sent
        self.receiving: Any = None
        self.sending: Any = None
        self.unprotect: Transform = received.unprotect
        self.unprotect_rtcp: Transform = received.unprotect_rtcp
        self.protect: Transform = sent.protect
        self.protect_rtcp: Transform = sent.protect_rtcp


class _Path:
    """DTLS records that wait for our turn, and the way out."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=DATAGRAMS_WAITING + 1)
        self.send = send

    def feed(self, raw: bytes) -> bool:
        if self._waiting.qsize() >= DATAGRAMS_WAITING:
            return False
        self._waiting.put_nowait(raw)
        return True

    def end(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def receive(self) -> bytes:
        raw = await self._waiting.get()
        if raw is None:
            raise ConnectionError
        return raw


class SecureChannel:
    """One DTLS association; `closed` is called once if the other side ends it."""

    def __init__(self, *, send: Callable[[bytes], None], closed: Callable[[], None]) -> None:
        """Make a key and certificate of its own: connections cannot be linked by them."""
        self._path = _Path(send)
        self._closed = closed
        self._ended = False
        self._dtls = dtls_over(self._path)
        self._dtls.on("statechange", self._moved)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 fingerprint of our certificate as it stands in SDP."""
        prints = self._dtls.getLocalParameters().fingerprints
        return next(one.value for one in prints if one.algorithm == "sha-256")

    def feed(self, raw: bytes) -> bool:
        """Hand over one received DTLS datagram; False if too many are waiting."""
        return not self._ended and self._path.feed(raw)

    async def handshake(
        self, fingerprints: tuple[tuple[str, str], ...], *, server: bool
    ) -> SrtpPair:
        """Prove ourselves, check the other's certificate (RFC 8827 6.5), and return the keys."""
        play(self._dtls, server=server)
        expected = [RTCDtlsFingerprint(algorithm=name, value=value) for name, value in fingerprints]
        await self._dtls.start(RTCDtlsParameters(fingerprints=expected))
        if self._dtls.state != "connected":
            raise HandshakeError(self._dtls.state)
        self._silence_pump()
        return SrtpPair(*sessions(self._dtls))

    async def close(self) -> None:
        """Say goodbye if possible; always returns soon."""
        self._ended = True
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._dtls.stop()
        except Exception as fault:  # noqa: BLE001  # whatever OpenSSL says, the path is over
            _log.debug("farewell: %r", fault)
        self._path.end()

    def _moved(self) -> None:
        if self._dtls.state == "closed" and not self._ended:
            self._ended = True
            self._closed()

    def _silence_pump(self) -> None:
        """Take note of how aiortc's own task ended, so that it does not complain at its burial."""
        task = pump(self._dtls)
        if task is not None:
            task.add_done_callback(_seen)


def _seen(task: "asyncio.Future[None]") -> None:
    if not task.cancelled():
        task.exception()
