"""What the load receives and sends, in memory of its own: many datagrams a call, no copies.

With 300 phones on one core each object made for a packet is one too many. All seats share this
memory, one after the other. Linux only: recvmmsg(2), and SO_TIMESTAMPNS of asm-generic/socket.h.
"""

import socket
from typing import Final

from server.media.batch_socket import SLOT_BYTES, Slots
from server.media.libc import CValue, ffi, libc

Slot = tuple[int, CValue, CValue, int]
"""Where a datagram lies in `octets`, pointers to it and to its length, and where its time lies."""

# Python has no name for it; the kernel adds two longs to every datagram (socket(7), cmsg(3)).
_TIMESTAMPS: Final = 35
_LONG: Final = 8
_NOTE_BYTES: Final = socket.CMSG_SPACE(2 * _LONG)
_HEAD_BYTES: Final = socket.CMSG_LEN(0)
_NS: Final = 1_000_000_000


class Inbox(Slots):
    """Receives from one socket or another, with the time at which the kernel had each datagram."""

    def __init__(self, count: int) -> None:
        """Take at most `count` at once, so that sending does not starve."""
        super().__init__(count, 0)
        self._notes = ffi.new("long[]", count * _NOTE_BYTES // _LONG)
        self._times = memoryview(ffi.buffer(self._notes)).cast("B").cast("q")
        start = ffi.cast("char *", self._notes)
        for at in range(count):
            header = self.headers[at].msg_hdr
            header.msg_control, header.msg_controllen = start + at * _NOTE_BYTES, _NOTE_BYTES
        lengths = self.field(self.headers, ffi.offsetof("struct mmsghdr", "msg_len"))
        times = [(at * _NOTE_BYTES + _HEAD_BYTES) // _LONG for at in range(count)]
        self._slots: list[Slot] = list(zip(self.begins, self.pointers, lengths, times, strict=True))

    def receive(self, file: int) -> list[Slot]:
        """Return what waits at this socket; it is there until the next call."""
        taken = libc.recvmmsg(file, self.headers, self.count, socket.MSG_DONTWAIT, ffi.NULL)
        return self._slots[: max(0, taken)]

    def arrived(self, slot: Slot) -> int:
        """Return when the kernel had it, in nanoseconds of the system's clock."""
        return self._times[slot[3]] * _NS + self._times[slot[3] + 1]


class Draft:
    """Room for one packet, to be sealed where it lies."""

    def __init__(self) -> None:
        """Take the memory."""
        self.pointer = ffi.new("unsigned char[]", SLOT_BYTES)
        self.length = ffi.new("int *")
        self._octets = memoryview(ffi.buffer(self.pointer))

    def write(self, packet: bytearray) -> None:
        """Put a packet there."""
        self.length[0] = size = len(packet)
        self._octets[:size] = packet

    @property
    def written(self) -> memoryview:
        """Return what is there now."""
        return self._octets[: self.length[0]]


def note_times(udp: socket.socket) -> None:
    """Let the kernel tell when each datagram came."""
    udp.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
