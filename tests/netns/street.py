"""A network namespace with two ways to the server, as a phone has Wi-Fi and a mobile network.

The server's address lies on this end of the first way and is reached over the second one too.
"""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.netns.long_way import LongWay, long_way

CHROMIUM = "/usr/bin/chromium"
OFFICE = "10.203.1.1"
"""Where the server listens: no loopback address, so everything about it is real."""
_GATEWAY = {"wifi": OFFICE, "mobile": "10.203.2.1"}
_PHONE = {"wifi": "10.203.1.2", "mobile": "10.203.2.2"}


def why_not() -> str:
    """Return why there can be no namespace here, empty when there can."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    made = _run("ip", "netns", "add", _name(), check=False)
    if made.returncode:
        return f"no network namespace here: {made.stderr.strip()}"
    _run("ip", "netns", "del", _name())
    return ""


def _name() -> str:
    return f"heyi{os.getpid()}"


def _run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, check=check, capture_output=True, text=True)


@dataclass(frozen=True, kw_only=True)
class Street:
    """The phone's side; `program` runs Chromium there. `carriers` are those of its long ways."""

    name: str
    program: Path
    carriers: Mapping[str, LongWay]

    def _ip(self, *words: str) -> None:
        _run("ip", "-n", self.name, *words)

    def join(self, way: str) -> None:
        """Come onto a network."""
        self._ip("link", "set", way, "up")
        self._ip("route", "replace", "default", "via", _GATEWAY[way], "dev", way)

    def part(self, way: str) -> None:
        """Lose a network, with everything that went over it."""
        self._ip("link", "set", way, "down")

    def without_udp(self) -> str:
        """Let no UDP out any more; return why that cannot be done, empty when it was."""
        rules = {
            "nft": (
                ("add", "table", "inet", "heyi"),
                ("add", "chain", "inet", "heyi", "out", "{type filter hook output priority 0;}"),
                ("add", "rule", "inet", "heyi", "out", "meta", "l4proto", "udp", "drop"),
            ),
            "iptables": (("-A", "OUTPUT", "-p", "udp", "-j", "DROP"),),
        }
        program = next((one for one in rules if shutil.which(one)), None)
        if program is None:
            return "neither nft nor iptables is installed"
        for rule in rules[program]:
            done = _run("ip", "netns", "exec", self.name, program, *rule, check=False)
            if done.returncode:
                return f"{program}: {done.stderr.strip()}"
        return ""

    def lossy(self, way: str, share: float) -> str:
        """Let the kernel lose so much of all UDP on a way, in both directions, by the dice.

        Return why that cannot be done, empty when it was. It stands where a cable would: neither
        side sees an error.
        """
        if shutil.which("nft") is None:
            return "nftables is not installed"
        udp = ("meta", "protocol", "ip", "ip", "protocol", "udp")
        dice = ("numgen", "random", "mod", "1000", "lt", str(round(1000 * share)))
        rules: list[tuple[str, ...]] = [("add", "table", "netdev", "heyi")]
        for hook in ("ingress", "egress"):
            stands = f"{{type filter hook {hook} device {way} priority 0;}}"
            rules.append(("add", "chain", "netdev", "heyi", hook, stands))
            rules.append(("add", "rule", "netdev", "heyi", hook, *udp, "counter"))
            rules.append(("add", "rule", "netdev", "heyi", hook, *udp, *dice, "counter", "drop"))
        for rule in rules:
            done = _run("ip", "netns", "exec", self.name, "nft", *rule, check=False)
            if done.returncode:
                return f"nft: {done.stderr.strip()}"
        return ""

    def lost(self) -> dict[str, float]:
        """Return the share of UDP lost so far in each direction, as the kernel counted."""
        words = ("nft", "-j", "list", "table", "netdev", "heyi")
        told = json.loads(_run("ip", "netns", "exec", self.name, *words).stdout)["nftables"]
        counts: dict[str, list[int]] = {}
        for rule in (one["rule"] for one in told if "rule" in one):
            counters = [one["counter"]["packets"] for one in rule["expr"] if "counter" in one]
            counts.setdefault(rule["chain"], []).extend(counters)
        return {way: gone / max(1, seen) for way, (seen, gone) in counts.items()}


@contextlib.contextmanager
def street(folder: Path, delays: Mapping[str, float] = MappingProxyType({})) -> Iterator[Street]:
    """Lay it out, and take it away again with every address and route.

    `delays` are the seconds that a way takes in each direction, where it takes any.
    """
    name = _name()
    program = folder / "chromium"
    program.write_text(f'#!/bin/sh\nexec ip netns exec {name} {CHROMIUM} "$@"\n', "utf-8")
    program.chmod(0o700)
    _run("ip", "netns", "add", name)
    with contextlib.ExitStack() as stack:
        stack.callback(_run, "ip", "netns", "del", name)
        _run("ip", "-n", name, "link", "set", "lo", "up")
        carriers = {
            way: stack.enter_context(_long(name, way, delay_s)) for way, delay_s in delays.items()
        }
        for way in _GATEWAY.keys() - delays.keys():
            stack.enter_context(_short(name, way))
        for way in _GATEWAY:
            _lay(name, way)
        yield Street(name=name, program=program, carriers=carriers)


def _here(name: str, way: str) -> str:
    return f"{name[-9:]}{way}"


@contextlib.contextmanager
def _short(name: str, way: str) -> Iterator[None]:
    """Make both ends of a way that takes no time."""
    here = _here(name, way)
    _run("ip", "link", "add", here, "type", "veth", "peer", "name", way, "netns", name)
    yield
    _run("ip", "link", "del", here, check=False)


@contextlib.contextmanager
def _long(name: str, way: str, delay_s: float) -> Iterator[LongWay]:
    """Make both ends of a way that takes so long."""
    there = f"{name[-9:]}far"
    with long_way((_here(name, way), there), delay_s) as carrier:
        _run("ip", "link", "set", there, "netns", name, "name", way)
        yield carrier


def _lay(name: str, way: str) -> None:
    here = _here(name, way)
    _run("ip", "addr", "add", f"{_GATEWAY[way]}/24", "dev", here)
    # Packets that travel as one would be lost as one.
    _run("ip", "link", "set", here, "gso_max_segs", "1")
    _run("ip", "-n", name, "link", "set", way, "gso_max_segs", "1")
    _run("ip", "link", "set", here, "up")
    _run("ip", "-n", name, "addr", "add", f"{_PHONE[way]}/24", "dev", way)
