"""Many datagrams with one system call: slots of memory that the kernel fills and empties.

A slot's bytes, length and address lie at fixed places, so that moving a datagram makes no object.
"""

import errno
import socket
from typing import Final

from server.media.libc import CValue, ffi, libc

SLOT_BYTES: Final = 2048
"""Above the largest datagram with its SRTP trailer; a power of two keeps every slot aligned."""

InSlot = tuple[int, CValue, CValue, CValue]
"""Where a received datagram lies: its first place in `octets`, pointers to it and to its length,
and its raw address as `[:]`."""
OutSlot = tuple[int, CValue, CValue, int]
"""The same of one to be sent, and the place in `names` for a pointer to its raw address."""

_NOT_NOW: Final = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS}


class Slots:
    """Memory for `count` datagrams and the headers that tell the kernel where it is.

    `octets` holds slot k at k * SLOT_BYTES; `words` is the same memory as native 32-bit words.
    """

    def __init__(self, count: int, name_size: int) -> None:
        """`name_size` is the size of a raw socket address."""
        self.count = count
        self.name_size = name_size
        self._memory = ffi.new("unsigned char[]", count * SLOT_BYTES)
        self._iovecs = ffi.new("struct iovec[]", count)
        self.headers = ffi.new("struct mmsghdr[]", count)
        self.octets = memoryview(ffi.buffer(self._memory))
        self.words = self.octets.cast("I")
        self.begins = range(0, count * SLOT_BYTES, SLOT_BYTES)
        self.pointers = [self._memory + begin for begin in self.begins]
        for slot in range(count):
            self._iovecs[slot].iov_base = self.pointers[slot]
            self._iovecs[slot].iov_len = SLOT_BYTES
            header = self.headers[slot].msg_hdr
            header.msg_namelen = name_size
            header.msg_iov = self._iovecs + slot
            header.msg_iovlen = 1

    def _field(self, structs: CValue, offset: int) -> list[CValue]:
        """Return a pointer to the int at this offset of every struct."""
        size = ffi.sizeof(structs) // self.count
        start = ffi.cast("char *", structs)
        return [ffi.cast("int *", start + slot * size + offset) for slot in range(self.count)]


class Inbox(Slots):
    """Receives into its slots, from the first on."""

    def __init__(self, udp: socket.socket, *, count: int, name_size: int) -> None:
        """Read from `udp`, which must outlive this."""
        super().__init__(count, name_size)
        self._file = udp.fileno()
        self._receive = libc.recvmmsg
        self._names = ffi.new("unsigned char[]", count * name_size)
        for slot in range(count):
            self.headers[slot].msg_hdr.msg_name = self._names + slot * name_size
        names = [ffi.buffer(self._names + slot * name_size, name_size) for slot in range(count)]
        lengths = self._field(self.headers, ffi.offsetof("struct mmsghdr", "msg_len"))
        self.slots: list[InSlot] = list(
            zip(self.begins, self.pointers, lengths, names, strict=True)
        )

    def receive(self) -> int:
        """Return how many datagrams were there; -1 for an error that belongs to none of them."""
        count: int = self._receive(
            self._file, self.headers, self.count, socket.MSG_DONTWAIT, ffi.NULL
        )
        if count < 0 and ffi.errno in {errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}:
            return 0
        return count


class Outbox(Slots):
    """Sends: fill slot `used`, then count it; `flush()` before an address it names goes away.

    On a little-endian machine a slot's length is the low half of the kernel's own field, so
    whoever encrypts in place sets it for us.
    """

    def __init__(self, udp: socket.socket, *, count: int, name_size: int) -> None:
        """Write to `udp`, which must outlive this."""
        super().__init__(count, name_size)
        self._file = udp.fileno()
        self._send = libc.sendmmsg
        self.used = 0
        lengths = self._field(self._iovecs, ffi.offsetof("struct iovec", "iov_len"))
        # The address is the first field of every header.
        self.names = memoryview(ffi.buffer(self.headers)).cast("P")
        stride = ffi.sizeof("struct mmsghdr") // self.names.itemsize
        self.slots: list[OutSlot] = [
            (begin, pointer, length, stride * slot)
            for slot, (begin, pointer, length) in enumerate(
                zip(self.begins, self.pointers, lengths, strict=True)
            )
        ]

    def flush(self) -> tuple[int, int]:
        """Send all that waits; return how many went and how many were dropped."""
        done = lost = 0
        while done < self.used:
            sent = self._send(
                self._file, self.headers + done, self.used - done, socket.MSG_DONTWAIT
            )
            if sent > 0:
                done += sent
            elif ffi.errno in _NOT_NOW:
                lost += self.used - done
                break
            elif ffi.errno != errno.EINTR:
                # The first one cannot go (no route, forbidden): that is no reason to keep others.
                lost += 1
                done += 1
        gone, self.used = self.used - lost, 0
        return gone, lost
