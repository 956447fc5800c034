"""The seam between moving datagrams and deciding about them.

An engine owns the socket, tells datagrams apart, unprotects and protects. It decides nothing. The
plane behind `Receiver` decides everything and never sees a socket. Two promises make a cut exact:
a burst is over before an engine lets go of the event loop, and `drain()` leaves nothing waiting
for whom something was cut.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any, Final, Protocol

from server.media.rtp import Packet
from server.media.secure import SrtpPair
from server.media.stun import Address

LARGEST_DATAGRAM: Final = 1500
MAX_RTP_SSRCS: Final = 8
MAX_RTCP_SSRCS: Final = 24
MAX_ADDRESSES: Final = 4


class Link:
    """One participant's path: the addresses it has proved, where to send, and its keys.

    `owner` is the plane's own; an engine only passes it back. `route` is the engine's own. `heard`
    counts what came authentic.
    """

    __slots__ = (
        "address",
        "addresses",
        "faults",
        "heard",
        "owner",
        "route",
        "rtcp_ssrcs",
        "rtp_ssrcs",
        "srtp",
    )

    def __init__(self, owner: object) -> None:
        """Start without address and keys: nothing but checks and DTLS is possible."""
        self.owner: Any = owner
        self.addresses: list[Address] = []
        self.address: Address | None = None
        self.srtp: SrtpPair | None = None
        self.route: Any = None
        self.rtp_ssrcs: set[int] = set()
        self.rtcp_ssrcs: set[int] = set()
        self.heard = 0
        self.faults = 0

    @property
    def ready(self) -> bool:
        """Whether protected packets can be sent."""
        return self.srtp is not None and self.address is not None


class Receiver(Protocol):
    """What an engine reports. A fault in one of these must cost only that link."""

    def stun(self, raw: bytes, address: Address) -> None:
        """Take a datagram that looks like STUN, from any address."""
        ...

    def dtls(self, link: Link, raw: bytes) -> None:
        """Take a DTLS record from a proved address."""
        ...

    def rtp(self, link: Link, packet: bytearray, now: float) -> None:
        """Take an authentic RTP packet in the clear; it is the receiver's to change.

        It has a whole fixed header. `now` is when it was found, by the loop's clock. What it leads
        to may wait for `burst_over()`.
        """
        ...

    def burst_over(self) -> None:
        """Hear that nothing more has arrived for now, before anything else can happen."""
        ...

    def rtcp(self, link: Link, packet: bytes) -> None:
        """Take an authentic RTCP packet in the clear."""
        ...

    def faulty(self, link: Link) -> None:
        """Hear that handling this link's last datagram failed."""
        ...


class Engine(Protocol):
    """Moves datagrams for one worker on one port."""

    counters: Counter[str]

    async def open(self, receiver: Receiver) -> int:
        """Bind UDP and TCP on one port number and start; return it."""
        ...

    def close(self) -> None:
        """Stop and release the port; idempotent."""
        ...

    def admit(self, link: Link, address: Address) -> None:
        """Let this address through to the link from now on, whoever proved it before.

        The oldest of too many is forgotten.
        """
        ...

    def holder(self, address: Address) -> Link | None:
        """Return the link that this address is let through to now."""
        ...

    def forget(self, link: Link) -> None:
        """Let nothing of this link through any more."""
        ...

    def datagram(self, address: Address, raw: bytes) -> None:
        """Send bytes as they are: STUN and DTLS."""
        ...

    def send_rtp(self, link: Link, packet: Packet, head: bytes, mid: int) -> bool:
        """Protect and send a packet under another fixed header: `head`, twelve bytes.

        `mid` is the one byte of its media identifier, if the packet has one.
        """
        ...

    def send_rtcp(self, link: Link, packet: bytes) -> bool:
        """Protect and send one RTCP packet."""
        ...

    def drain(self, links: Collection[Link]) -> None:
        """Send or drop whatever waits for these; called before a cut of theirs is confirmed."""
        ...
