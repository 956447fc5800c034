"""5,000 broken inputs of each language in CI, 100,000 by `make fuzz`.

`FUZZ_INPUTS` says how many, `FUZZ_SEED` throws the same dice again. Each language has a bug sown
into the worker that the same run must find.
"""

from typing import Any

import pytest
from aiortc.rtp import RtcpPacket

from server.media import answer, connection, rtcp
from server.media.answer import MAX_SDP, read_answer
from server.media.extensions import Layout
from server.ports.media import BadSdpError
from tests.fuzz.conftest import BUG_INPUTS, INPUTS, SEED, Told
from tests.fuzz.mutation import broken, broken_text, dice_of
from tests.fuzz.samples import checks, packets, reports, unsigned
from tests.fuzz.yard import (
    AT,
    GOOD,
    HOSTILE,
    STRANGER,
    FoundError,
    Yard,
    authentic,
    expect,
    run,
    signed,
)
from tests.media.test_answer import an_answer


def again(kind: str, raw: bytes) -> str:
    return f"{kind}, FUZZ_SEED={SEED}: {raw[:200].hex()}"


# ------------------------------------------------------------------ STUN


def fuzz_stun(it: Yard, inputs: int) -> None:
    """From anywhere: an answer to whoever proves the password, and to nobody else."""
    hostile = it.hostile
    name = f"{hostile.ufrag}:phone"
    samples, bare = checks(name, hostile.password), unsigned(name)

    def made(number: int) -> bytes:
        dice = dice_of(SEED, "stun", number)
        if number % 2:
            return broken(samples, dice)
        return signed(broken(bare, dice), hostile.password)

    def attempt(number: int) -> None:
        raw = made(number)
        sent = it.throw(raw, STRANGER)
        expect(not sent or authentic(raw, hostile.password), "an answer without a proof")
        expect(all(address == STRANGER for address, _ in sent), "an answer to somebody else")
        expect(sum(len(one) for _, one in sent) <= len(raw) + 60, "an answer that amplifies")
        it.engine._drop_address(hostile.link, STRANGER)
        hostile.link.addresses[:] = [AT[HOSTILE]]
        hostile.link.address = AT[HOSTILE]

    run(inputs, attempt, lambda number: again("stun", made(number)))


async def test_stun(it: Yard, told: Told) -> None:
    fuzz_stun(it, INPUTS)
    told(f"stun: {INPUTS} inputs, {it.answered} authentic all the same, {it.slowest * 1000:.1f} ms")


async def test_it_finds_an_answer_without_a_proof(
    it: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "passes", lambda check, password: True)
    with pytest.raises(FoundError, match="without a proof"):
        fuzz_stun(it, BUG_INPUTS)


# ------------------------------------------------------------------ anything, before the proof


def fuzz_foreign(it: Yard, inputs: int) -> None:
    """Whatever comes from an address that proved nothing reaches no parser but that of STUN."""
    samples = [*packets(), *reports(1), b"\x16\xfe\xfd" + bytes(60), b"\x14\xfe\xfd\0", b"\x40"]

    def made(number: int) -> bytes:
        return broken(samples, dice_of(SEED, "foreign", number))

    reached: list[str] = []
    receiver: Any = it.engine._receiver
    for name in ("rtp", "rtcp", "dtls"):
        setattr(receiver, name, lambda *_, name=name: reached.append(name))

    def attempt(number: int) -> None:
        sent = it.throw(made(number), STRANGER)
        expect(not sent, "an answer to a stranger")
        expect(not reached, f"a stranger reached {reached}")

    run(inputs, attempt, lambda number: again("foreign", made(number)))


async def test_strangers(it: Yard, told: Told) -> None:
    fuzz_foreign(it, INPUTS)
    told(f"strangers: {INPUTS} inputs, {it.slowest * 1000:.1f} ms")


async def test_it_finds_a_guard_that_lets_strangers_through(
    it: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = it.engine._hand_over
    link = it.hostile.link

    def unguarded(raw: bytes, address: Any, _: Any) -> None:
        guarded(raw, address, link)

    monkeypatch.setattr(it.engine, "_hand_over", unguarded)
    with pytest.raises(FoundError, match="a stranger reached"):
        fuzz_foreign(it, BUG_INPUTS)


# ------------------------------------------------------------------ RTP


def fuzz_rtp(it: Yard, inputs: int) -> None:
    """From a proved phone, in the clear: only the good phone may get anything, in our streams."""
    samples = packets()

    def made(number: int) -> bytes:
        return broken([renumbered(one, number) for one in samples], dice_of(SEED, "rtp", number))

    def attempt(number: int) -> None:
        came = made(number)
        for address, raw in it.throw(came, AT[HOSTILE]):
            expect(address in AT.values(), "something went to nobody we know")
            if address == AT[GOOD] and raw[1] not in range(192, 224):
                it.expect_forwarded_whole(raw, came)
        if number % 16 == 0:
            # Let the caps on streams not end what the rest of the run can reach.
            it.hostile.ssrcs_seen.clear()
            it.hostile.link.rtp_ssrcs.clear()

    run(inputs, attempt, lambda number: again("rtp", made(number)))


def renumbered(raw: bytes, number: int) -> bytes:
    """Let it follow the packets before: what was here already goes no further."""
    return raw[:2] + (number % 0x10000).to_bytes(2, "big") + raw[4:]


async def test_rtp(it: Yard, told: Told) -> None:
    fuzz_rtp(it, INPUTS)
    forwarded = it.engine.counters["forwarded"]
    assert forwarded > INPUTS / 100, "the run hardly reached what it should try"
    told(f"rtp: {INPUTS} inputs, {forwarded} forwarded, {it.slowest * 1000:.1f} ms")


async def test_it_finds_an_extension_that_is_not_bounded(
    it: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unbounded(self: Layout, raw: bytearray, at: int) -> set[int]:
        fixed = set()
        while at < self.end:
            fixed.add(at)
            number, size = raw[at] >> 4, (raw[at] & 0x0F) + 1
            self._note(raw, number, at + 1, size)
            at += 1 + size
        return fixed

    monkeypatch.setattr(Layout, "_elements", unbounded)
    with pytest.raises(FoundError, match="another payload"):
        fuzz_rtp(it, BUG_INPUTS)


# ------------------------------------------------------------------ RTCP


def fuzz_rtcp(it: Yard, inputs: int) -> None:
    """From a proved phone, in the clear: what it asks costs little and reaches no foreign edge."""
    ours = next(iter(it.hostile.by_ssrc))
    samples = reports(ours)

    def made(number: int) -> bytes:
        return broken(samples, dice_of(SEED, "rtcp", number))

    def attempt(number: int) -> None:
        for address, _ in it.throw(made(number), AT[HOSTILE]):
            expect(address in AT.values(), "something went to nobody we know")
        if number % 64 == 0:
            it.hostile.link.rtcp_ssrcs.clear()

    run(inputs, attempt, lambda number: again("rtcp", made(number)))


async def test_rtcp(it: Yard, told: Told) -> None:
    for raw in packets():
        it.throw(raw, AT[GOOD])
    fuzz_rtcp(it, INPUTS)
    refused = it.engine.counters["drop_rtcp_malformed"]
    assert 0 < refused < INPUTS
    told(f"rtcp: {INPUTS} inputs, {refused} malformed, {it.slowest * 1000:.1f} ms")


async def test_it_finds_a_parser_whose_errors_get_through(
    it: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtcp, "read", RtcpPacket.parse)
    with pytest.raises(FoundError, match="a handler failed"):
        fuzz_rtcp(it, BUG_INPUTS)


# ------------------------------------------------------------------ SDP


def fuzz_sdp(inputs: int) -> int:
    """Every answer is used or refused with a reason; return how many were used."""
    sample = an_answer()
    used = 0

    def made(number: int) -> str:
        return broken_text(sample, dice_of(SEED, "sdp", number))

    def attempt(number: int) -> None:
        nonlocal used
        sdp = made(number)
        try:
            read = read_answer(sdp)
        except BadSdpError as refused:
            expect(set(refused.facts) == {"reason"}, "no reason")
            return
        except Exception as fault:
            raise FoundError(repr(fault)) from fault
        used += 1
        expect(len(sdp.encode("utf-8", "replace")) <= MAX_SDP, "too long an answer")
        expect(read.ufrag.isascii() and len(read.ufrag) >= 4, "a weak name")
        names = {name for name, _ in read.fingerprints}
        expect(bool(names) and names <= {"sha-256", "sha-384", "sha-512"}, "a weak fingerprint")

    run(inputs, attempt, lambda number: again("sdp", made(number).encode("utf-8", "replace")))
    return used


def test_sdp(told: Told) -> None:
    used = fuzz_sdp(INPUTS)
    assert 0 < used < INPUTS
    told(f"sdp: {INPUTS} inputs, {used} usable")


@pytest.mark.parametrize("name", ["_start", "_strong"])
def test_it_finds_a_line_that_is_not_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(line: str) -> Any:
        kind, port, _, *payloads = line[2:].split()
        return answer._Section(kind=kind, port=int(port), payloads=tuple(map(int, payloads)))

    def strong(fingerprints: list[str]) -> Any:
        return ((name, value) for name, _, value in (one.partition(" ") for one in fingerprints))

    monkeypatch.setattr(answer, name, {"_start": start, "_strong": strong}[name])
    with pytest.raises(FoundError):
        fuzz_sdp(BUG_INPUTS)
