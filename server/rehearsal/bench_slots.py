"""What the load receives, in memory of its own: many datagrams a call, no copies.

With 300 phones on one core each object made for a packet is one too many. All seats share this
memory, one after the other. Linux only: recvmmsg(2), and SO_TIMESTAMPNS of asm-generic/socket.h.
"""

import socket
from typing import Final

from server.media.batch_outbox import UDP_SEGMENT
from server.media.batch_socket import SLOT_BYTES, Slots
from server.media.libc import CValue, ffi, libc

Slot = tuple[int, CValue, CValue]
"""Where a datagram lies in `octets`, pointers to it and to its length."""

# Python has no name for it; the kernel adds two longs to every datagram (socket(7), cmsg(3)).
_TIMESTAMPS: Final = 35
_LONG: Final = 8
_NOTE_BYTES: Final = socket.CMSG_SPACE(2 * _LONG)
_HEAD_BYTES: Final = socket.CMSG_LEN(0)
_NAME_WORD: Final = 2
_NS: Final = 1_000_000_000


class Inbox(Slots):
    """Receives from one socket or another, with the time at which the kernel had each datagram.

    A column is one word of every slot: to read it for all that has come takes two calls.
    """

    def __init__(self, count: int) -> None:
        """Take at most `count` at once, so that sending does not starve."""
        super().__init__(count, 0)
        self._notes = ffi.new("long[]", count * _NOTE_BYTES // _LONG)
        times = memoryview(ffi.buffer(self._notes)).cast("B").cast("q")
        start = ffi.cast("char *", self._notes)
        for at in range(count):
            header = self.headers[at].msg_hdr
            header.msg_control, header.msg_controllen = start + at * _NOTE_BYTES, _NOTE_BYTES
        lengths = self.field(self.headers, ffi.offsetof("struct mmsghdr", "msg_len"))
        self.slots: list[Slot] = list(zip(self.begins, self.pointers, lengths, strict=True))
        self.seconds, self.nanoseconds = (
            times[(_HEAD_BYTES // _LONG) + part :: _NOTE_BYTES // _LONG] for part in range(2)
        )
        self.heads, self.names = self.words_at(0), self.words_at(_NAME_WORD)
        """Of RTP: flags, type and number, and whose stream it is, as they came (RFC 3550 5.1)."""
        self._receive = libc.recvmmsg

    def words_at(self, place: int) -> memoryview:
        """Return the column of the 32-bit words at this place, counted in words."""
        return self.words[place :: SLOT_BYTES // 4]

    def receive(self, file: int) -> int:
        """Return how many waited at this socket; they are there until the next call."""
        count: int = self._receive(file, self.headers, self.count, socket.MSG_DONTWAIT, ffi.NULL)
        return max(0, count)

    def raw(self, slot: int) -> memoryview:
        """Return what lies there."""
        begin, _, length = self.slots[slot]
        return self.octets[begin : begin + length[0]]

    def arrived(self, slot: int) -> int:
        """Return when the kernel had it, in nanoseconds of the system's clock."""
        seconds: int = self.seconds[slot]
        return seconds * _NS + int(self.nanoseconds[slot])


def send_rows(udp: socket.socket, size: int) -> None:
    """Let what is longer than this leave the socket as datagrams of this size (udp(7))."""
    udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)


def note_times(udp: socket.socket) -> None:
    """Let the kernel tell when each datagram came."""
    udp.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
