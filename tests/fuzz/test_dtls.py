"""DTLS of a phone that has proved its address: broken copies before each of its datagrams.

The dice are those of the seed; what they break differs from run to run, as a handshake draws its
own random numbers.
"""

import asyncio
from typing import Any

import pytest
from aiortc.rtcdtlstransport import RTCCertificate

from server.media import secure
from server.media.secure import SecureChannel
from tests.fuzz.conftest import BUG_INPUTS, INPUTS, SEED, Told
from tests.fuzz.mutation import broken, dice_of
from tests.fuzz.yard import FoundError, expect

CLOSES_WITHIN = 1.0
IDLE_TURNS = 50
COPIES = (1, 2, 4, 16)
"""Broken ones before each datagram of the phone's: few let a handshake come far, many are many."""


def _carry(to: SecureChannel, raw: bytes) -> None:
    to.feed(raw)


class Handshake:
    """A phone's end and ours; before each datagram of the phone's come broken copies of it."""

    def __init__(self, inputs: int) -> None:
        self.left = self.inputs = inputs
        self.stood = self.failed = self.stalled = 0
        self._certificate = RTCCertificate.generateCertificate()

    async def fuzz(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # A new key for each of thousands of handshakes would be most of the time.
        one = self._certificate
        monkeypatch.setattr(RTCCertificate, "generateCertificate", lambda: one)
        while self.left > 0:
            await self._once()

    async def _once(self) -> None:
        number = self.inputs - self.left
        dice = dice_of(SEED, "dtls", number)
        wrong = dice.random() < 0.25
        waiting: list[bytes] = []
        ours: SecureChannel
        phone: SecureChannel
        ours = SecureChannel(send=lambda raw: _carry(phone, raw), closed=lambda: None)
        phone = SecureChannel(send=waiting.append, closed=lambda: None)
        print_ = "AB" + ours.fingerprint[2:] if wrong else phone.fingerprint
        loop = asyncio.get_running_loop()
        tasks = [
            loop.create_task(ours.handshake((("sha-256", print_),), server=True)),
            loop.create_task(phone.handshake((("sha-256", ours.fingerprint),), server=False)),
        ]
        try:
            await self._flights(ours, waiting, tasks, dice)
        finally:
            self.failed += tasks[0].done()
            self.stalled += not tasks[0].done()
            await self._end(ours, phone, tasks)
        proved = not tasks[0].cancelled() and tasks[0].exception() is None
        expect(not (proved and wrong), f"another certificate; dtls, FUZZ_SEED={SEED}, {number}")
        self.stood += proved

    async def _flights(
        self, ours: SecureChannel, waiting: list[bytes], tasks: list[Any], dice: Any
    ) -> None:
        """Carry what both say, until ours is done or nobody has anything to say any more.

        Who breaks his own handshake may make it stand still: the worker lets go of it after
        `connect_s`. What he may not is keep it from being closed.
        """
        seen: list[bytes] = []
        idle = 0
        while not tasks[0].done() and idle < IDLE_TURNS:
            idle += 1
            while waiting and not tasks[0].done():
                raw, idle = waiting.pop(0), 0
                copies = dice.choice(COPIES)
                seen.append(raw)
                for copy in [broken(seen, dice) for _ in range(copies)]:
                    ours.feed(copy)
                    self.left -= 1
                    queued = ours._path._waiting.qsize()
                    expect(queued <= secure.DATAGRAMS_WAITING, "more waits than may")
                    if dice.random() < 0.5:
                        await asyncio.sleep(0)
                ours.feed(raw)
                await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def _end(self, ours: SecureChannel, phone: SecureChannel, tasks: list[Any]) -> None:
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(ours.close(), phone.close())
        took = asyncio.get_running_loop().time() - begun
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        expect(took < CLOSES_WITHIN, f"closing took {took:.2f} s")


async def test_dtls(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    handshake = Handshake(INPUTS)
    await handshake.fuzz(monkeypatch)
    assert handshake.stood
    told(
        f"dtls: {INPUTS} inputs, {handshake.stood} handshakes stood, "
        f"{handshake.failed - handshake.stood} failed, {handshake.stalled} stood still"
    )


async def test_it_finds_a_queue_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(self: Any, raw: bytes) -> bool:
        self._waiting._maxsize = 0
        self._waiting.put_nowait(raw)
        self._waiting.put_nowait(raw)
        self._waiting.put_nowait(raw)
        return True

    monkeypatch.setattr(secure._Path, "feed", feed)
    with pytest.raises(FoundError, match="more waits than may"):
        await Handshake(BUG_INPUTS).fuzz(monkeypatch)


async def test_it_finds_a_certificate_that_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "aiortc.rtcdtlstransport.RTCDtlsTransport._validate_peer_identity",
        lambda self, parameters: None,
        raising=False,
    )
    with pytest.raises(FoundError, match="another certificate"):
        await Handshake(BUG_INPUTS).fuzz(monkeypatch)
