"""DTLS over our own datagrams, and the SRTP keys that come out of it.

Only here and in `batch_srtp.py` undocumented names of aiortc and pylibsrtp are touched;
`tests/media/test_secure.py` notices when one changes. Everything behind sees `SecureChannel` and
`SrtpPair`.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, cast

import pylibsrtp
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from aiortc.rtcicetransport import RTCIceTransport

DATAGRAMS_WAITING: Final = 32
_FAREWELL_S: Final = 0.5
_DTLS_1_2: Final = 0xFEFD
_CIPHERS: Final = b":".join(
    (
        b"ECDHE-ECDSA-AES128-GCM-SHA256",
        b"ECDHE-ECDSA-AES256-GCM-SHA384",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
    )
)

SrtpError = pylibsrtp.Error
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

    def __init__(self, received: pylibsrtp.Session, sent: pylibsrtp.Session) -> None:
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
    """Looks like an ICE transport to RTCDtlsTransport, and only ever sees DTLS records."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=DATAGRAMS_WAITING + 1)
        self._deliver = send

    def feed(self, raw: bytes) -> bool:
        if self._waiting.qsize() >= DATAGRAMS_WAITING:
            return False
        self._waiting.put_nowait(raw)
        return True

    def end(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def _recv(self) -> bytes:
        raw = await self._waiting.get()
        if raw is None:
            raise ConnectionError
        return raw

    async def _send(self, raw: bytes) -> None:
        self._deliver(raw)


class _Certificate(RTCCertificate):
    """A key of one connection alone: P-256, DTLS 1.2 and authenticated encryption (RFC 8827 6.5).

    aiortc would also take CBC with SHA-1, which no browser of today needs.
    """

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> Any:  # noqa: ANN401 - a context of pyOpenSSL, which comes with aiortc
        context = super()._create_ssl_context(srtp_profiles)
        context.set_min_proto_version(_DTLS_1_2)
        context.set_cipher_list(_CIPHERS)
        return context


class SecureChannel:
    """One DTLS association; `closed` is called once if the other side ends it."""

    def __init__(self, *, send: Callable[[bytes], None], closed: Callable[[], None]) -> None:
        """Make a key and certificate of its own: connections cannot be linked by them."""
        self._path = _Path(send)
        self._closed = closed
        self._ended = False
        path = cast("RTCIceTransport", self._path)
        self._dtls = RTCDtlsTransport(path, [_Certificate.generateCertificate()])
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
        self._dtls._set_role("server" if server else "client")  # noqa: SLF001
        expected = [RTCDtlsFingerprint(algorithm=name, value=value) for name, value in fingerprints]
        await self._dtls.start(RTCDtlsParameters(fingerprints=expected))
        if self._dtls.state != "connected":
            raise HandshakeError(self._dtls.state)
        self._silence_pump()
        return SrtpPair(self._dtls._rx_srtp, self._dtls._tx_srtp)  # noqa: SLF001

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
        pump: asyncio.Future[None] | None = self._dtls._task  # noqa: SLF001
        if pump is not None:
            pump.add_done_callback(_seen)


def _seen(pump: "asyncio.Future[Any]") -> None:
    if not pump.cancelled():
        pump.exception()
