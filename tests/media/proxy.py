"""Bad networks in this process: one loses packets by the dice, one lets nothing but TCP through."""

import asyncio
import random
import re
from types import TracebackType
from typing import Any, Self


class LossyPath:
    """Stands between phones and worker; the loss begins with `begin()`, after the handshake."""

    def __init__(self, *, loss: float, seed: int = 7) -> None:
        self.dropped = 0
        self._loss = 0.0
        self._wanted = loss
        self._dice = random.Random(seed)
        self._worker = ("127.0.0.1", 0)
        self._front: asyncio.DatagramTransport | None = None
        self._backs: dict[Any, asyncio.DatagramTransport] = {}
        self._waiting: dict[Any, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self._from_phone), local_addr=("127.0.0.1", 0)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        front, self._front = self._front, None
        await asyncio.gather(*self._tasks)
        for transport in (*self._backs.values(), front):
            if transport is not None:
                transport.close()

    def begin(self) -> None:
        self._loss = self._wanted

    def end(self) -> None:
        self._loss = 0.0

    async def move(self) -> None:
        """Reach the worker from other ports from now on, as after a change of network."""
        for phone, old in list(self._backs.items()):
            self._waiting[phone] = []
            del self._backs[phone]
            old.close()
            await self._connect(phone)

    def lead_through(self, offer: str) -> str:
        """Return the offer with our port in place of the worker's."""
        assert self._front is not None
        match = re.search(r" 127\.0\.0\.1 (\d+) typ host", offer)
        assert match is not None
        self._worker = ("127.0.0.1", int(match[1]))
        ours = self._front.get_extra_info("sockname")[1]
        return offer.replace(f" 127.0.0.1 {match[1]} typ host", f" 127.0.0.1 {ours} typ host")

    def _lost(self) -> bool:
        lost = self._dice.random() < self._loss
        self.dropped += lost
        return lost

    def _from_phone(self, datagram: bytes, phone: Any) -> None:
        back = self._backs.get(phone)
        if back is not None:
            if not self._lost():
                back.sendto(datagram)
            return
        if phone in self._waiting:  # its way is being built
            self._waiting[phone].append(datagram)
            return
        self._waiting[phone] = [datagram]
        task = asyncio.create_task(self._connect(phone))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, phone: Any) -> None:
        loop = asyncio.get_running_loop()
        back, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(lambda datagram, _: self._to_phone(datagram, phone)),
            remote_addr=self._worker,
        )
        self._backs[phone] = back
        for datagram in self._waiting.pop(phone):
            back.sendto(datagram)

    def _to_phone(self, datagram: bytes, phone: Any) -> None:
        if self._front is not None and not self._lost():
            self._front.sendto(datagram, phone)


class SlowPath(LossyPath):
    """Loses nothing; whatever goes through is half the round trip on its way."""

    def __init__(self, *, round_trip_s: float) -> None:
        super().__init__(loss=0.0)
        self._way_s = round_trip_s / 2

    def _from_phone(self, datagram: bytes, phone: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self._way_s, super()._from_phone, datagram, phone)

    def _to_phone(self, datagram: bytes, phone: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self._way_s, super()._to_phone, datagram, phone)


class NarrowPath(LossyPath):
    """Loses nothing until `narrow()`; then it carries so many bit/s to the phone and no more.

    What finds more than `QUEUE_S` seconds of traffic before it is dropped.
    """

    QUEUE_S = 0.3

    def __init__(self) -> None:
        super().__init__(loss=0.0)
        self.carried = 0
        """Bits that went to the phone so far."""
        self._bits = float("inf")
        self._free_at = 0.0

    def narrow(self, bits: float) -> None:
        self._bits = bits

    def _to_phone(self, datagram: bytes, phone: Any) -> None:
        loop = asyncio.get_running_loop()
        begins = max(loop.time(), self._free_at)
        if begins - loop.time() > self.QUEUE_S:
            self.dropped += 1
            return
        self._free_at = begins + 8 * len(datagram) / self._bits
        self.carried += 8 * len(datagram)
        loop.call_at(self._free_at, super()._to_phone, datagram, phone)


class TunnelPath:
    """Carries a phone's datagrams to the worker's TCP port, framed as RFC 4571 says."""

    def __init__(self, here: str = "127.0.0.1") -> None:
        """`here` is the loopback address of phone and worker, of either family."""
        self.through = 0
        self._here = here
        self._port = 0
        self._front: asyncio.DatagramTransport | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: list[bytes] = []
        self._phone: Any = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self._from_phone), local_addr=(self._here, 0)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._front is not None:
            self._front.close()
        await asyncio.gather(*self._tasks)

    def lead_through(self, offer: str) -> str:
        """Return the offer with our UDP port in place of the worker's."""
        assert self._front is not None
        match = re.search(rf" {re.escape(self._here)} (\d+) typ host tcptype passive", offer)
        assert match is not None
        self._port = int(match[1])
        ours = self._front.get_extra_info("sockname")[1]
        theirs = f" {self._here} {match[1]} typ host"
        return offer.replace(theirs, f" {self._here} {ours} typ host")

    def _from_phone(self, datagram: bytes, phone: Any) -> None:
        if self._phone is None:
            self._phone = phone
            self._tasks.add(asyncio.create_task(self._carry()))
        if self._writer is None:
            self._waiting.append(datagram)
        else:
            self._writer.write(len(datagram).to_bytes(2, "big") + datagram)

    async def _carry(self) -> None:
        reader, self._writer = await asyncio.open_connection(self._here, self._port)
        for datagram in self._waiting:
            self._writer.write(len(datagram).to_bytes(2, "big") + datagram)
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                datagram = await reader.readexactly(length)
                self.through += 1
                assert self._front is not None
                self._front.sendto(datagram, self._phone)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, hear: Any) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._hear(data, addr)

    def error_received(self, exc: Exception) -> None:
        """A closed port on the other side is part of a bad network."""
