"""SRTP in place: libsrtp works on our own memory, without the copies of pylibsrtp's sessions.

Beside `secure.py` the only file that touches undocumented names; `fault()` notices at the start
when they changed, `tests/media/test_batch_srtp.py` in a test.
"""

import hashlib
from typing import Final

import pylibsrtp

from server.media.libc import CValue, ffi

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


def context(session: pylibsrtp.Session) -> CValue:
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


def _through(function: CValue, session: pylibsrtp.Session, packet: bytes) -> bytes:
    memory = ffi.new("unsigned char[]", len(packet) + 64)
    length = ffi.new("int *", len(packet))
    ffi.memmove(memory, packet, len(packet))
    if function(context(session), memory, length):
        return b""
    return bytes(ffi.buffer(memory, length[0]))


def _session(direction: str) -> pylibsrtp.Session:
    key = hashlib.sha384(b"no secret: only for the trial at the start").digest()[:44]
    return pylibsrtp.Session(
        pylibsrtp.Policy(
            key=key,
            ssrc_type=getattr(pylibsrtp.Policy, f"SSRC_{direction}"),
            srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
        )
    )
