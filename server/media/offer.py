"""The SDP offer every phone gets: two uplinks, seven slots, nothing that ever changes.

Order of the media sections: `0` own audio, `1` own video, then for slot k audio and video. See
RFC 8829 (JSEP), RFC 8843 (BUNDLE), RFC 8445 2.5 (ICE-lite).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.media.formats import EXTENSIONS, H264, MIDS, OPUS, UPLINK_MID, VP8, Kind, slot_mid
from server.ports.media import SLOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one connection's offer is made of; `ssrcs` has a stream number per (slot, kind)."""

    session: int
    ufrag: str
    password: str
    fingerprint: str
    addresses: tuple[str, ...]
    port: int
    ssrcs: dict[tuple[int, Kind], int]


_UDP: Final = 65_535
_TCP: Final = 32_767
"""TCP comes last: one lost packet there holds up all that follow."""


def slot_name(slot: int) -> str:
    """Return the stream id that ties a slot's audio and video together."""
    return f"slot{slot}"


def slot_cname(slot: int) -> str:
    """Return a slot's CNAME; eight octets, so that `rtcp.named` fills whole words."""
    return f"slot{slot:04d}"


def write_offer(offer: Offer) -> str:
    """Render the offer; lines end in CRLF as SDP asks."""
    lines = list(_session(offer))
    for kind in Kind:
        lines += [*_section(offer, kind, UPLINK_MID[kind]), "a=recvonly"]
    for slot in range(SLOTS):
        for kind in Kind:
            lines += _section(offer, kind, slot_mid(slot, kind))
            lines += _sent(slot, kind, offer.ssrcs[slot, kind])
    return "\r\n".join(lines) + "\r\n"


def _session(offer: Offer) -> Iterator[str]:
    yield "v=0"
    yield f"o=- {offer.session} 1 IN IP4 127.0.0.1"
    yield "s=-"
    yield "t=0 0"
    yield "a=ice-lite"
    yield "a=group:BUNDLE " + " ".join(MIDS)
    yield "a=msid-semantic:WMS *"


def _section(offer: Offer, kind: Kind, mid: str) -> Iterator[str]:
    numbers = str(OPUS) if kind is Kind.AUDIO else f"{VP8} {H264}"
    yield f"m={kind} {offer.port} UDP/TLS/RTP/SAVPF {numbers}"
    yield f"c=IN {_family(offer.addresses[0])} {offer.addresses[0]}"
    yield f"a=mid:{mid}"
    yield f"a=ice-ufrag:{offer.ufrag}"
    yield f"a=ice-pwd:{offer.password}"
    yield f"a=fingerprint:sha-256 {offer.fingerprint}"
    yield "a=setup:actpass"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for number, uri in EXTENSIONS[kind]:
        yield f"a=extmap:{number} {uri}"
    yield from _AUDIO if kind is Kind.AUDIO else _VIDEO
    # In every section: some phones only look at the last one of a bundle.
    for rank, address in enumerate(offer.addresses):
        where = f"{address} {offer.port} typ host"
        yield f"a=candidate:{2 * rank + 1} 1 udp {_priority(rank, _UDP)} {where}"
        yield f"a=candidate:{2 * rank + 2} 1 tcp {_priority(rank, _TCP)} {where} tcptype passive"
    yield "a=end-of-candidates"


def _sent(slot: int, kind: Kind, ssrc: int) -> Iterator[str]:
    stream, track = slot_name(slot), f"{slot_name(slot)}-{kind}"
    yield "a=sendonly"
    yield f"a=msid:{stream} {track}"
    yield f"a=ssrc:{ssrc} cname:{slot_cname(slot)}"
    yield f"a=ssrc:{ssrc} msid:{stream} {track}"


def _priority(rank: int, preference: int) -> int:
    """Return a candidate's priority: host, before the lower-ranked addresses (RFC 8445 5.1.2.1)."""
    return (126 << 24) | ((preference - rank) << 8) | 255


def _family(address: str) -> str:
    return "IP6" if ":" in address else "IP4"


_AUDIO = (
    f"a=rtpmap:{OPUS} opus/48000/2",
    f"a=fmtp:{OPUS} minptime=10;useinbandfec=1;usedtx=1;maxaveragebitrate=32000",
)
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_VIDEO = (
    f"a=rtpmap:{VP8} VP8/90000",
    *(f"a=rtcp-fb:{VP8} {one}" for one in _FEEDBACK),
    f"a=rtpmap:{H264} H264/90000",
    f"a=fmtp:{H264} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    *(f"a=rtcp-fb:{H264} {one}" for one in _FEEDBACK),
)
