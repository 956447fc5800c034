"""Sends many datagrams with one system call, and what is alike among them as one message.

Packets of a picture go to a subscriber one behind the other and have the same size. Linux takes
such a row as one message of segments (UDP_SEGMENT, udp(7)) and goes through its network code once.
"""

import errno
import socket
from typing import Final

from server.media.batch_socket import Slots
from server.media.libc import CValue, ffi, libc

OutSlot = tuple[int, CValue, CValue]
"""Where a datagram is put: its first place in `octets`, pointers to it and to its length."""

UDP_SEGMENT: Final = 103  # linux/udp.h; Python has no name for it
_MOST_SEGMENTS: Final = 32
_CONTROL_BYTES: Final = 32
_CONTROL_USED: Final = 24
"""CMSG_SPACE of two bytes on a 64-bit machine."""
_SIZE_AT: Final = 16 // 2
"""Where in a control message its 16-bit size stands, behind the header."""

_NOT_NOW: Final = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS}

# Places in a message's header, in words.
_NAME, _ROW, _COUNT, _CONTROLLED = 0, 2, 3, 5


class Outbox(Slots):
    """Fill slot `used`, then `add()` it; `flush()` before an address it names goes away.

    On a little-endian machine a slot's length is the low half of the kernel's own field, so
    whoever encrypts in place sets it for us.
    """

    def __init__(self, udp: socket.socket, *, count: int, name_size: int) -> None:
        """Write to `udp`, which must outlive this."""
        super().__init__(count, name_size)
        self._file = udp.fileno()
        self._send = libc.sendmmsg
        self.used = 0
        self.segmenting = _segments(udp)
        lengths = self.field(self.iovecs, ffi.offsetof("struct iovec", "iov_len"))
        self.slots: list[OutSlot] = list(zip(self.begins, self.pointers, lengths, strict=True))
        self._rows = [int(ffi.cast("uintptr_t", self.iovecs + slot)) for slot in range(count)]
        self._words = memoryview(ffi.buffer(self.headers)).cast("P")
        self._stride = ffi.sizeof("struct mmsghdr") // self._words.itemsize
        self._controls = ffi.new("unsigned char[]", count * _CONTROL_BYTES)
        self._sizes = memoryview(ffi.buffer(self._controls)).cast("H")
        self._prepare_controls()
        self._messages = 0
        self._name = self._size = 0

    def _prepare_controls(self) -> None:
        text = _SEGMENT_HEADER + bytes(_CONTROL_BYTES - len(_SEGMENT_HEADER))
        ffi.memmove(self._controls, text * self.count, self.count * _CONTROL_BYTES)
        for slot in range(self.count):
            self.headers[slot].msg_hdr.msg_control = self._controls + slot * _CONTROL_BYTES

    def add(self, name: int, size: int) -> int:
        """Send the slot, `size` bytes, to the raw address at `name`; return how many wait now."""
        words, used = self._words, self.used
        if name == self._name and size <= self._size:
            self._lengthen(size)
        else:
            at = self._messages * self._stride
            words[at + _NAME] = name
            words[at + _ROW] = self._rows[used]
            words[at + _COUNT] = 1
            words[at + _CONTROLLED] = 0
            self._messages += 1
            self._name = name
            self._size = size if self.segmenting else 0
        self.used = used = used + 1
        return used

    def _lengthen(self, size: int) -> None:
        """Let the newest message have one more segment; all but its last are of one size."""
        message = self._messages - 1
        at = message * self._stride
        count = self._words[at + _COUNT] + 1
        self._words[at + _COUNT] = count
        if count == 2:  # noqa: PLR2004  # only now it is a row
            self._words[at + _CONTROLLED] = _CONTROL_USED
            self._sizes[message * (_CONTROL_BYTES // 2) + _SIZE_AT] = self._size
        if size < self._size or count == _MOST_SEGMENTS:
            self._name = 0

    def flush(self) -> tuple[int, int]:
        """Send all that waits; return how many went and how many were dropped."""
        done = lost = 0
        while done < self._messages:
            sent = self._send(
                self._file, self.headers + done, self._messages - done, socket.MSG_DONTWAIT
            )
            if sent > 0:
                done += sent
            elif ffi.errno in _NOT_NOW:
                lost += self.used - self._first(done)
                break
            elif ffi.errno != errno.EINTR:
                lost += self._singly(done)
                done += 1
        gone, self.used = self.used - lost, 0
        self._messages = self._name = 0
        return gone, lost

    def _first(self, message: int) -> int:
        """Return the slot a message begins with."""
        return self._rows.index(self._words[message * self._stride + _ROW])

    def _singly(self, message: int) -> int:
        """Send one by one what cannot go as a row; return how many cannot go at all.

        A row may be refused where its datagrams are not: by a device without checksums (EIO), or
        on a path whose packets are smaller, on which the system may split a single one.
        """
        at = message * self._stride
        count = self._words[at + _COUNT]
        if count == 1:
            return 1
        if ffi.errno == errno.EIO:
            self.segmenting = False
        self._words[at + _COUNT], self._words[at + _CONTROLLED] = 1, 0
        lost, begin = 0, self._first(message)
        for slot in range(begin, begin + count):
            self._words[at + _ROW] = self._rows[slot]
            sent = self._send(self._file, self.headers + message, 1, socket.MSG_DONTWAIT)
            lost += sent != 1
        return lost


_SEGMENT_HEADER: Final = (
    (ffi.sizeof("size_t") + 2 * ffi.sizeof("int") + 2).to_bytes(ffi.sizeof("size_t"), "little")
    + socket.IPPROTO_UDP.to_bytes(4, "little")
    + UDP_SEGMENT.to_bytes(4, "little")
)


def _segments(udp: socket.socket) -> bool:
    """Whether this kernel knows rows (Linux 4.18); elsewhere and on 32 bits they are not used."""
    if ffi.sizeof("size_t") != 8:  # noqa: PLR2004
        return False
    try:
        return udp.getsockopt(socket.IPPROTO_UDP, UDP_SEGMENT) == 0
    except OSError:
        return False
