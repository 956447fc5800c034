"""All undocumented names of aiortc and pylibsrtp that are used, and nothing else.

aiortc's DTLS is told over what to run, as what, with which ciphers, and gives its SRTP sessions:
`dtls_fault()` looks for that at every start, and `tests/media/test_undocumented.py` for what the
sessions allow. libsrtp is called on our own memory, without the copies of pylibsrtp's sessions;
`fault()` tries that at every start.
No other file imports pylibsrtp or aiortc's transports.
"""

import asyncio
import hashlib
from typing import Any, Final, Protocol, cast

import pylibsrtp
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from aiortc.rtcicetransport import RTCIceTransport

from server.media.libc import CValue, ffi

Session = pylibsrtp.Session
SrtpError = pylibsrtp.Error

# ------------------------------------------------------------------ aiortc's DTLS

_DTLS_1_2: Final = 0xFEFD
_CIPHERS: Final = b":".join(
    (
        b"ECDHE-ECDSA-AES128-GCM-SHA256",
        b"ECDHE-ECDSA-AES256-GCM-SHA384",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
    )
)


class Path(Protocol):
    """What DTLS records go over."""

    async def receive(self) -> bytes:
        """Return the next datagram. Raises ConnectionError at the end."""
        ...

    def send(self, raw: bytes) -> None:
        """Send a datagram."""
        ...


class _Transport:
    """Looks like an ICE transport to RTCDtlsTransport."""

    role = "controlled"
    state = "completed"

    def __init__(self, path: Path) -> None:
        self._path = path

    async def _recv(self) -> bytes:
        return await self._path.receive()

    async def _send(self, raw: bytes) -> None:
        self._path.send(raw)


class _Certificate(RTCCertificate):
    """A key of one connection alone: P-256, DTLS 1.2 and authenticated encryption (RFC 8827 6.5).

    aiortc would also take CBC with SHA-1, which no browser of today needs.
    """

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> Any:  # noqa: ANN401 - a context of pyOpenSSL, which comes with aiortc
        context = super()._create_ssl_context(srtp_profiles)
        context.set_min_proto_version(_DTLS_1_2)
        context.set_cipher_list(_CIPHERS)
        return context


def dtls_over(path: Path) -> RTCDtlsTransport:
    """Return an association with a key and certificate of its own."""
    transport = cast("RTCIceTransport", _Transport(path))
    return RTCDtlsTransport(transport, [_Certificate.generateCertificate()])


def play(dtls: RTCDtlsTransport, *, server: bool) -> None:
    """Choose who waits for the other's first record; before the association starts."""
    dtls._set_role("server" if server else "client")  # noqa: SLF001


def sessions(dtls: RTCDtlsTransport) -> tuple[Session, Session]:
    """Return what unprotects and what protects, once the handshake is over."""
    return dtls._rx_srtp, dtls._tx_srtp  # noqa: SLF001


def pump(dtls: RTCDtlsTransport) -> "asyncio.Future[None] | None":
    """Return aiortc's own task, which reads records until the end."""
    return dtls._task  # noqa: SLF001


def dtls_fault() -> str | None:
    """Return why aiortc's DTLS cannot be used here, or None: what is used of it was found."""
    dtls = dtls_over(cast("Path", None))
    names = [
        one for one in ("_set_role", "_rx_srtp", "_tx_srtp", "_task") if not hasattr(dtls, one)
    ]
    if not hasattr(RTCCertificate, "_create_ssl_context"):
        names.append("_create_ssl_context")
    return f"this release of aiortc has no {', '.join(names)}" if names else None


# ------------------------------------------------------------------ libsrtp on our own memory

_lib: Final[CValue] = getattr(pylibsrtp, "lib", None)

protect: Final[CValue] = getattr(_lib, "srtp_protect", None)
"""(context, pointer, length pointer) -> 0, and the length has grown by the tag."""
protect_rtcp: Final[CValue] = getattr(_lib, "srtp_protect_rtcp", None)
unprotect: Final[CValue] = getattr(_lib, "srtp_unprotect", None)
"""(context, pointer, length pointer) -> 0, and the length has shrunk; else nothing is authentic."""
unprotect_rtcp: Final[CValue] = getattr(_lib, "srtp_unprotect_rtcp", None)

_RTP: Final = b"\x80\x6f\x12\x34" + bytes(4) + b"\x00\x00\x00\x07" + b"voice" * 20
_RTCP: Final = b"\x80\xc9\x00\x01\x00\x00\x00\x07"
_SIGNATURE: Final = "srtp_err_status_t(*)(struct srtp_ctx_t_ *, void *, int *)"


def context(session: Session) -> CValue:
    """Return what libsrtp calls the session; None if this release hides it elsewhere.

    It lives as long as `session` does.
    """
    held = getattr(session, "_srtp", None)
    return None if held is None else held[0]


def fault() -> str | None:
    """Return why libsrtp cannot be used in place here, or None: it was tried, and it can."""
    for function in (protect, protect_rtcp, unprotect, unprotect_rtcp):
        if _signature(function) != _SIGNATURE:
            return f"pylibsrtp {pylibsrtp.__version__} is bound in another way"
    sender, receiver = _session("ANY_OUTBOUND"), _session("ANY_INBOUND")
    expected = _session("ANY_OUTBOUND")
    if context(sender) is None:
        return f"pylibsrtp {pylibsrtp.__version__} holds its sessions in another way"
    for clear, seal, open_, right in (
        (_RTP, protect, unprotect, expected.protect(_RTP)),
        (_RTCP, protect_rtcp, unprotect_rtcp, expected.protect_rtcp(_RTCP)),
    ):
        if _through(seal, sender, clear) != right:
            return "libsrtp in place seals differently"
        if _through(open_, receiver, right) != clear:
            return "libsrtp in place opens differently"
    return None


def _signature(function: CValue) -> str:
    typed = getattr(getattr(pylibsrtp, "ffi", None), "typeof", None)
    return "" if typed is None or function is None else str(typed(function).cname)


def _through(function: CValue, session: Session, packet: bytes) -> bytes:
    memory = ffi.new("unsigned char[]", len(packet) + 64)
    length = ffi.new("int *", len(packet))
    ffi.memmove(memory, packet, len(packet))
    if function(context(session), memory, length):
        return b""
    return bytes(ffi.buffer(memory, length[0]))


def _session(direction: str) -> Session:
    key = hashlib.sha384(b"no secret: only for the trial at the start").digest()[:44]
    return Session(
        pylibsrtp.Policy(
            key=key,
            ssrc_type=getattr(pylibsrtp.Policy, f"SSRC_{direction}"),
            srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
        )
    )
