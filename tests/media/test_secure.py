"""Two ends come to the same keys or to none, and a channel closes soon whatever the other does."""

import asyncio

import pylibsrtp
import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport

from server.media.secure import DATAGRAMS_WAITING, HandshakeError, SecureChannel
from server.media.undocumented import SrtpError


class Ends:
    """Two secure channels back to back."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.one = SecureChannel(
            send=lambda raw: self._carry(self.other, raw), closed=lambda: self.closed.append("one")
        )
        self.other = SecureChannel(
            send=lambda raw: self._carry(self.one, raw), closed=lambda: self.closed.append("other")
        )

    def _carry(self, to: SecureChannel, raw: bytes) -> None:
        assert 20 <= raw[0] < 64
        to.feed(raw)

    async def close(self) -> None:
        await self.one.close()
        await self.other.close()


def prints(channel: SecureChannel) -> tuple[tuple[str, str], ...]:
    return (("sha-256", channel.fingerprint),)


async def test_both_ends_come_to_the_same_keys() -> None:
    ends = Ends()
    one, other = await asyncio.gather(
        ends.one.handshake(prints(ends.other), server=True),
        ends.other.handshake(prints(ends.one), server=False),
    )
    packet = b"\x80\x6f" + bytes(10) + b"voice"
    report = b"\x80\xc9\x00\x01" + bytes(4)
    assert other.unprotect(one.protect(packet)) == packet
    assert one.unprotect_rtcp(other.protect_rtcp(report)) == report
    with pytest.raises(SrtpError):
        one.unprotect(packet + bytes(20))
    with pytest.raises(ValueError, match="too long"):
        one.protect(packet + bytes(1500))
    await ends.one.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert ends.closed == ["other"]
    await ends.other.close()


async def test_a_retransmission_may_be_protected_again() -> None:
    ends = Ends()
    one, _ = await asyncio.gather(
        ends.one.handshake(prints(ends.other), server=True),
        ends.other.handshake(prints(ends.one), server=False),
    )
    packet = b"\x80\x6f" + bytes(10) + b"voice"
    assert one.protect(packet) == one.protect(packet)
    await ends.close()


async def test_another_certificate_than_announced_is_refused() -> None:
    ends = Ends()
    wrong = (("sha-256", ":".join(["AB"] * 32)),)
    results = await asyncio.gather(
        ends.one.handshake(wrong, server=True),
        ends.other.handshake(prints(ends.one), server=False),
        return_exceptions=True,
    )
    assert isinstance(results[0], HandshakeError)
    await ends.close()


async def test_only_so_many_datagrams_wait() -> None:
    ends = Ends()
    taken = [ends.one.feed(b"\x16hello") for _ in range(DATAGRAMS_WAITING + 5)]
    assert taken.count(True) == DATAGRAMS_WAITING
    await ends.close()
    assert not ends.one.feed(b"\x16hello")


async def test_it_closes_soon_though_the_goodbye_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = goodbyes_never_end(monkeypatch)
    ends = Ends()
    async with asyncio.timeout(1):
        await ends.one.close()
    assert begun == [1]
    assert not ends.one.feed(b"\x16hello")


def goodbyes_never_end(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let aiortc hang when it says goodbye; return a list that grows by each time."""
    begun: list[int] = []

    async def stop(_: RTCDtlsTransport) -> None:
        begun.append(1)
        await asyncio.Event().wait()

    monkeypatch.setattr(RTCDtlsTransport, "stop", stop)
    return begun


def test_galois_counter_mode_is_built_in() -> None:
    pylibsrtp.Policy(srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
