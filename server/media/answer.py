"""Reads a phone's SDP answer strictly: what we need is there, what we forbid is not.

The rest is ignored.

Candidates in it are ignored on purpose: only an authenticated check tells where a phone is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from server.media.formats import MIDS, PAYLOAD_TYPES, Kind, kind_of_mid
from server.ports.media import BadSdpError

MAX_SDP: Final = 64 * 1024
MAX_SECTIONS: Final = 20
MAX_LINES: Final = 4000

_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_HEX_PAIRS: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+")
_DIGEST_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_SECTION: Final = re.compile(r"m=(audio|video) ([0-9]{1,5}) UDP/TLS/RTP/SAVPF((?: [0-9]{1,3})+)")
_DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we keep of an answer. `we_are_server`: the phone opens the DTLS handshake."""

    ufrag: str
    fingerprints: tuple[tuple[str, str], ...]
    we_are_server: bool
    sends: frozenset[Kind]
    receives: frozenset[str]


@dataclass(slots=True)
class _Section:
    """One media section; the session part is section None with the same attributes."""

    kind: str = ""
    port: int = 0
    payloads: tuple[int, ...] = ()
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def one(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def read_answer(sdp: str) -> Answer:
    """Return what the answer agrees to; raise BadSdpError with a reason word."""
    session, sections = _split(sdp)
    if [one.one("mid") for one in sections] != list(MIDS):
        raise BadSdpError(reason="sections")
    live = [one for one in sections if one.port]
    if not live:
        raise BadSdpError(reason="nothing_accepted")
    for one in live:
        _check(one)
    first = live[0]
    return Answer(
        ufrag=_ufrag(session, first),
        fingerprints=_fingerprints(session, first),
        we_are_server=_active(session, first),
        sends=frozenset(Kind(one.kind) for one in live if _direction(one) == "sendonly"),
        receives=frozenset(one.one("mid") or "" for one in live if _direction(one) == "recvonly"),
    )


def _split(sdp: str) -> tuple[_Section, list[_Section]]:
    if len(sdp) > MAX_SDP or len(sdp.encode("utf-8", "replace")) > MAX_SDP:
        raise BadSdpError(reason="too_long")
    lines = sdp.replace("\r\n", "\n").split("\n")
    if len(lines) > MAX_LINES or lines[0] != "v=0":
        raise BadSdpError(reason="not_sdp")
    session, sections = _Section(), list[_Section]()
    for line in lines[1:]:
        if line.startswith("m="):
            sections.append(_start(line))
            if len(sections) > MAX_SECTIONS:
                raise BadSdpError(reason="too_many")
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            (sections[-1] if sections else session).attributes.append((name, value))
    return session, sections


def _start(line: str) -> _Section:
    match = _SECTION.fullmatch(line)
    if match is None:
        raise BadSdpError(reason="section")
    kind, port, payloads = match.groups()
    return _Section(kind=kind, port=int(port), payloads=tuple(map(int, payloads.split())))


def _check(section: _Section) -> None:
    mid = section.one("mid") or ""
    kind = kind_of_mid(mid)
    allowed = ("sendonly", "inactive") if mid in MIDS[:2] else ("recvonly", "inactive")
    if section.kind != kind or not set(section.payloads) <= set(PAYLOAD_TYPES[kind]):
        raise BadSdpError(reason="payload_types")
    if _direction(section) not in allowed:
        raise BadSdpError(reason="direction")
    if section.one("rtcp-mux") is None:
        raise BadSdpError(reason="rtcp_mux")


def _direction(section: _Section) -> str:
    return next((name for name, _ in section.attributes if name in _DIRECTIONS), "sendrecv")


def _ufrag(session: _Section, first: _Section) -> str:
    ufrag = first.one("ice-ufrag") or session.one("ice-ufrag") or ""
    password = first.one("ice-pwd") or session.one("ice-pwd") or ""
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        raise BadSdpError(reason="ice")
    return ufrag


def _fingerprints(session: _Section, first: _Section) -> tuple[tuple[str, str], ...]:
    told = first.all("fingerprint") or session.all("fingerprint")
    strong = tuple(_strong(told))
    if not strong:
        raise BadSdpError(reason="fingerprint")
    return strong


def _strong(told: list[str]) -> Iterator[tuple[str, str]]:
    """Leave out MD5 and SHA-1 (RFC 8122 5), refuse what has the wrong length."""
    for one in told:
        name, _, value = one.partition(" ")
        size = _DIGEST_BYTES.get(name.lower())
        if size is None:
            continue
        if not _HEX_PAIRS.fullmatch(value) or len(value) != 3 * size - 1:
            raise BadSdpError(reason="fingerprint")
        yield name.lower(), value.upper()


def _active(session: _Section, first: _Section) -> bool:
    setup = first.one("setup") or session.one("setup")
    if setup not in {"active", "passive"}:
        raise BadSdpError(reason="setup")
    return setup == "active"
