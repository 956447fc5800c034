"""Linux's calls for many datagrams at once, bound without a compiler (cffi in ABI mode).

The structures are those of recvmmsg(2) and sendmmsg(2), the same in glibc and musl.
"""

from typing import Any, Final, TypeAlias

import cffi

CValue: TypeAlias = Any
"""A C value; cffi describes them at run time only."""

ffi: Final[Any] = cffi.FFI()
ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen;
        struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen;
        int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
    int sendmmsg(int, struct mmsghdr *, unsigned int, int);
    """
)

libc: Final[Any] = ffi.dlopen(None)
"""The C library of this process; a name it does not have is an AttributeError when it is used."""
