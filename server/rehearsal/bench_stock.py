"""The baseline: a stock aiortc MediaRelay with one room of three, everybody hearing each other.

It decodes and encodes again for every subscriber, as relays built on it do. Relay and phones are
processes of their own, placed like worker and load; a forward is a packet a phone received.
"""

from dataclasses import dataclass
from typing import Final

from server.rehearsal.bench_process import ChildEndedError, child, cores, rss_mb

RELAY: Final = "server.rehearsal.bench_relay"
PHONES: Final = "server.rehearsal.bench_phones"

_START_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the relay did: microseconds of its CPU per received packet, its share of a core."""

    us_per_forward: float
    forwards_per_s: float
    loss: float
    rss_mb: float
    core_share: float
    phones_core_share: float


async def bench_stock(seconds: float) -> Stock:
    """Run the relay for `seconds`; raise ChildEndedError if it carries nothing."""
    here, there = cores()
    async with child(RELAY, here) as relay, child(PHONES, there) as phones:
        await phones.tell(seconds=seconds, relay=relay.pid)
        await relay.tell(**await phones.hear(within=_START_S))
        await phones.tell(**await relay.hear(within=_START_S))
        told = await phones.hear(within=_START_S + 2 * seconds)
        if not told["received"]:
            raise ChildEndedError
        return Stock(
            us_per_forward=told["relay_cpu_s"] / told["received"] * 1e6,
            forwards_per_s=told["received"] / told["window_s"],
            loss=max(0, told["lost"]) / (told["received"] + max(0, told["lost"])),
            rss_mb=rss_mb(relay.pid),
            core_share=told["relay_cpu_s"] / told["window_s"],
            phones_core_share=told["own_cpu_s"] / told["window_s"],
        )
