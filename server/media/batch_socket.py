"""Many datagrams with one system call: slots of memory that the kernel fills or empties.

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
_NOTHING: Final = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}


class Slots:
    """Memory for `count` datagrams and the headers that tell the kernel where it is.

    `octets` holds slot k at k * SLOT_BYTES; `words` is the same memory as native 32-bit words.
    """

    def __init__(self, count: int, name_size: int) -> None:
        """`name_size` is the size of a raw socket address."""
        self.count = count
        self.name_size = name_size
        self._memory = ffi.new("unsigned char[]", count * SLOT_BYTES)
        self.iovecs = ffi.new("struct iovec[]", count)
        self.headers = ffi.new("struct mmsghdr[]", count)
        self.octets = memoryview(ffi.buffer(self._memory))
        self.words = self.octets.cast("I")
        self.begins = range(0, count * SLOT_BYTES, SLOT_BYTES)
        self.pointers = [self._memory + begin for begin in self.begins]
        for slot in range(count):
            self.iovecs[slot].iov_base = self.pointers[slot]
            self.iovecs[slot].iov_len = SLOT_BYTES
            header = self.headers[slot].msg_hdr
            header.msg_namelen = name_size
            header.msg_iov = self.iovecs + slot
            header.msg_iovlen = 1

    def field(self, structs: CValue, offset: int) -> list[CValue]:
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
        lengths = self.field(self.headers, ffi.offsetof("struct mmsghdr", "msg_len"))
        self.slots: list[InSlot] = list(
            zip(self.begins, self.pointers, lengths, names, strict=True)
        )

    def receive(self) -> int:
        """Return how many datagrams were there; -1 for an error that belongs to none of them."""
        count: int = self._receive(
            self._file, self.headers, self.count, socket.MSG_DONTWAIT, ffi.NULL
        )
        if count < 0 and ffi.errno in _NOTHING:
            return 0
        return count
