"""What a media worker is told at its start."""

import ipaddress
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

EngineName = Literal["auto", "plain", "batch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """Where an app on another host comes in; `trust` lets only holders of our secret through."""

    host: str
    port: int
    trust: ssl.SSLContext = field(repr=False)
    proof_s: float = 5.0
    """Who has not finished TLS by then is let go."""
    failed_s: float = 1.0
    """Who failed keeps his place occupied for so long, so that he does not come too often."""
    most: int = 64
    """Connections that have proved nothing yet, in all."""
    most_each: int = 4
    """The same from one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Addresses, limits and deadlines of one worker; seconds and kbit/s unless a name says else."""

    control: Path
    """The Unix socket the app talks to; its path must stay below 108 bytes."""
    door: DoorSettings | None = None
    """A second way to the control, for an app on another host."""
    bind: str = "127.0.0.1"
    port: int = 0
    """UDP and TCP port; 0 lets the system choose."""
    announced: tuple[str, ...] = ("127.0.0.1",)
    """IP addresses a phone is told, in order of preference."""
    announced_port: int | None = None
    """The port a phone is told, when a router in front maps another one."""
    engine: EngineName = "auto"
    """How packets are moved; `auto` is the batching way where it works."""
    recorder: tuple[str, ...] = ()
    """Command line of the child that writes one recording; empty where nothing is recorded."""

    max_connections: int = 400
    max_rooms: int = 200
    cap_kbps: int = 1500
    """What one phone may send at most."""
    sound_kbps: int = 160
    """What of it may be sound, with what surrounds each packet on its way. The offer asks for 32 of
    Opus, which are 62, or 93 in packets of 10 ms; no line holds sound back, so more would hurt."""
    floor_kbps: int = 150
    """What one phone may always send, however weak its subscribers."""
    idle_kbps: int = 300
    """What one phone may send while nobody receives its video."""

    silence_s: float = 10.0
    """Without a control message for so long, nothing is forwarded."""
    orphan_s: float = 60.0
    """Without any app for so long, the worker ends; with a door it lets its rooms go."""
    connect_s: float = 30.0
    """A connection that does not stand by then is dropped."""
    quiet_s: float = 7.5
    """A connection that says nothing for so long is reported lost."""
    expire_s: float = 40.0
    """A connection that says nothing for so long is dropped."""
    report_s: float = 0.4
    """Pause between two rounds of RTCP; a phone misses two and knows."""
    measure_s: float = 1.0
    """Pause between two rounds of measurements for the app."""

    chance: Callable[[int], bytes] = os.urandom
    """Gives so many random bytes, for ICE credentials and stream numbers."""

    def __post_init__(self) -> None:
        """Refuse what no phone could use."""
        for address in self.announced:
            if ipaddress.ip_address(address).is_unspecified:
                raise ValueError(f"{address} is no address that a phone can reach")
        if not self.announced:
            raise ValueError("phones must be told at least one address")
