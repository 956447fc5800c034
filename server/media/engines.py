"""Which engine a worker uses: the batching one where it works, else the plain one."""

import logging
import socket
import sys
from typing import Final

from server.media import undocumented
from server.media.batch_engine import BatchEngine
from server.media.batch_outbox import Outbox
from server.media.batch_socket import Inbox
from server.media.engine import Engine
from server.media.libc import ffi
from server.media.plain_engine import PlainEngine
from server.media.settings import WorkerSettings
from server.media.sockaddr import family_of, from_raw, raw_size, to_raw

_TRIAL: Final = (b"first", b"the second")
_TRIAL_S: Final = 1.0
_LOOPBACK: Final = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

_log = logging.getLogger(__name__)


class UnfitEngineError(Exception):
    """The engine that was asked for does not work on this machine; the text says why."""


def choose_engine(settings: WorkerSettings) -> Engine:
    """Return the engine the settings ask for; with `auto` the best that passes its trial.

    None starts on a release of aiortc that hides what every handshake needs.
    """
    if (hidden := undocumented.dtls_fault()) is not None:
        raise UnfitEngineError(hidden)
    if settings.engine == "plain":
        return PlainEngine(settings.bind, settings.port)
    unfit = batch_fault(settings.bind)
    if unfit is None:
        return BatchEngine(settings.bind, settings.port)
    if settings.engine == "batch":
        raise UnfitEngineError(unfit)
    _log.warning("one system call per packet, which costs more: %s", unfit)
    return PlainEngine(settings.bind, settings.port)


def batch_fault(bind: str) -> str | None:
    """Return why packets cannot be moved in batches here, or None: it was tried, and they can."""
    if sys.platform != "linux":
        return f"{sys.platform} has no recvmmsg"
    if sys.byteorder != "little":
        return "lengths are shared with libsrtp on little-endian machines alone"
    try:
        return undocumented.fault() or _socket_fault(bind)
    except (AttributeError, OSError, TypeError) as fault:
        return repr(fault)


def _socket_fault(bind: str) -> str | None:
    """Send ourselves two datagrams of different lengths in one call, and read them in one."""
    family = family_of(bind)
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.bind((_LOOPBACK[family], 0))
        udp.settimeout(_TRIAL_S)
        own = udp.getsockname()
        here = ffi.new("unsigned char[]", to_raw(family, own))
        outbox = Outbox(udp, count=len(_TRIAL), name_size=raw_size(family))
        inbox = Inbox(udp, count=len(_TRIAL), name_size=raw_size(family))
        for (begin, _, length), text in zip(outbox.slots, _TRIAL, strict=True):
            outbox.octets[begin : begin + len(text)] = text
            length[0] = len(text)
            outbox.add(int(ffi.cast("uintptr_t", here)), len(text))
        if outbox.flush() != (len(_TRIAL), 0):
            return "sendmmsg does not send"
        udp.recv(1, socket.MSG_PEEK)
        if inbox.receive() != len(_TRIAL) or _texts(inbox) != _TRIAL:
            return "recvmmsg does not receive"
        if {from_raw(family, name[:]) for *_, name in inbox.slots} != {own}:
            return "addresses look different"
    return None


def _texts(inbox: Inbox) -> tuple[bytes, ...]:
    return tuple(bytes(ffi.buffer(pointer, length[0])) for _, pointer, length, _ in inbox.slots)
