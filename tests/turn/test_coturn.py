"""What the shipped relay lets a seat do, and what it refuses everybody."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest
from aioice import stun
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCIceTransportPolicy

from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaConnected, WorkerBack
from tests.media.conftest import ROOM, plant
from tests.media.engine_contract import version
from tests.media.phone import Phone
from tests.turn.relay import (
    ANY_CIPHER,
    LOOPBACK,
    SHIPPED,
    Client,
    Turn,
    Way,
    client,
    coturn,
    missing,
    option,
)

pytestmark = pytest.mark.skipif(missing(), reason="coturn is not installed: apt install coturn")

UNAUTHORIZED, FORBIDDEN, WRONG_FAMILY, QUOTA = 401, 403, 443, 486
TLS_1_2 = ssl.TLSVersion.TLSv1_2
TLS = [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, TLS_1_2]
SAYS_WITHIN_S = 3.0
INSIDE = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.2",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
)
INSIDE_6 = ("::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::7", "fe80::1", "ff02::1")
OUTSIDE_6 = ("2400:3200::1",)
OUTSIDE = ("8.8.8.8", "114.114.114.114")


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Turn]:
    async with coturn(tmp_path) as running:
        yield running


async def refusal(relay: Turn, one: Client, peer: str) -> int | None:
    """Return why this peer is refused, by a permission and by a channel; None if it is not."""
    reasons = set()
    for ask in (one.permit((peer, 9)), one.bind(0x4000, (peer, 9))):
        try:
            await ask
        except stun.TransactionFailed as failure:
            reasons.add(failure.response.error_code)
        else:
            reasons.add(None)
    assert len(reasons) == 1, (peer, reasons)
    return reasons.pop()


async def test_a_seat_s_pass_opens_the_way_to_the_worker(relay: Turn) -> None:
    async with client(relay, relay.pass_of("seat")) as one:
        address, _ = await one.allocate()
        assert address == LOOPBACK
        assert await refusal(relay, one, LOOPBACK) is None


@pytest.mark.parametrize("way", ["tcp", "tls"])
async def test_it_opens_the_way_where_udp_is_blocked_too(relay: Turn, way: Way) -> None:
    async with client(relay, relay.pass_of("seat"), way) as one:
        address, _ = await one.allocate()
        assert address == LOOPBACK
        assert await refusal(relay, one, "127.0.0.2") == FORBIDDEN
        assert await refusal(relay, one, LOOPBACK) is None


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
@pytest.mark.parametrize(
    ("lines", "spoken"),
    [({}, [TLS_1_2]), (dict.fromkeys(("no-tlsv1", "no-tlsv1_1"), ""), TLS)],
    ids=["shipped", "without its lines"],
)
async def test_it_is_the_shipped_file_that_forbids_broken_tls(
    tmp_path: Path, lines: dict[str, str], spoken: list[ssl.TLSVersion]
) -> None:
    """Either side's OpenSSL is made ready for it."""
    async with coturn(tmp_path, "--cipher-list", ANY_CIPHER, **lines) as relay:
        tries = await asyncio.gather(*(speaks(relay, version) for version in TLS))
    assert [version for version, works in zip(TLS, tries, strict=True) if works] == spoken


async def speaks(relay: Turn, version: ssl.TLSVersion) -> bool:
    """Return whether a seat gets its allocation over this version of TLS."""
    try:
        # To what it does not take for TLS, the relay says nothing at all.
        async with asyncio.timeout(SAYS_WITHIN_S):
            async with client(relay, relay.pass_of("seat"), "tls", relay.trust(version)) as one:
                await one.allocate()
    except (ssl.SSLError, ConnectionError, TimeoutError):
        return False
    return True


@pytest.mark.parametrize(
    ("late", "secret"),
    [(601, None), (0, "not the secret of this relay")],
    ids=["expired", "forged"],
)
async def test_no_other_pass_opens_it(relay: Turn, late: float, secret: str | None) -> None:
    key = {} if secret is None else {"secret": secret}
    async with client(relay, relay.pass_of("seat", late=late, **key)) as one:
        with pytest.raises(stun.TransactionFailed) as failure:
            await one.allocate()
    assert failure.value.response.error_code == UNAUTHORIZED


async def test_a_sitting_goes_on_after_its_pass_has_expired(tmp_path: Path) -> None:
    # Every request after the pass has expired also meets a nonce that has.
    async with (
        coturn(tmp_path, stale_nonce="1") as relay,
        client(relay, relay.pass_of("seat", late=598)) as one,
    ):
        await one.allocate()
        nonce = one.nonce
        await asyncio.sleep(3)
        await one.refresh()
        assert one.nonce != nonce
        assert await refusal(relay, one, LOOPBACK) is None


async def test_it_leads_nowhere_but_to_the_worker(relay: Turn) -> None:
    async with client(relay, relay.pass_of("seat")) as one:
        await one.allocate()
        refused = {peer: await refusal(relay, one, peer) for peer in (*INSIDE, *OUTSIDE)}
    assert refused == dict.fromkeys((*INSIDE, *OUTSIDE), FORBIDDEN)


async def test_it_leads_to_no_address_of_ipv6(relay: Turn) -> None:
    async with client(relay, relay.pass_of("seat")) as one:
        await one.allocate()
        refused = {peer: await refusal(relay, one, peer) for peer in (*INSIDE_6, *OUTSIDE_6)}
    assert set(refused.values()) <= {FORBIDDEN, WRONG_FAMILY}


def test_each_special_range_is_denied_by_itself() -> None:
    """The lines that deny everything may go one day; those of RFC 6890 must do without them."""
    lines = SHIPPED.read_text("utf-8").splitlines()
    denied = [line.removeprefix("denied-peer-ip=") for line in lines if line.startswith("denied")]
    by_itself = [tuple(map(ip_address, one.split("-"))) for one in denied[2:]]
    special = [
        address
        for one in (*INSIDE, *INSIDE_6, "2001:db8::1", "2002:a00:1::1", "fec0::1", "100::1")
        if (address := ip_address(one)) != ip_address("203.0.113.10")
    ]
    for address in special:
        assert any(
            first.version == address.version and first <= address <= last  # type: ignore[operator]
            for first, last in by_itself
        ), address


async def test_a_seat_takes_no_more_than_its_share(relay: Turn) -> None:
    share = option("user-quota")
    async with AsyncExitStack() as stack:
        # Every connection of a seat may bring another pass: they count together.
        for at in range(share):
            one = await stack.enter_async_context(client(relay, relay.pass_of("seat", late=at)))
            await one.allocate()
        greedy = await stack.enter_async_context(client(relay, relay.pass_of("seat")))
        with pytest.raises(stun.TransactionFailed) as failure:
            await greedy.allocate()
        assert failure.value.response.error_code == QUOTA
        other = await stack.enter_async_context(client(relay, relay.pass_of("another seat")))
        await other.allocate()


async def test_a_phone_that_has_nothing_but_the_relay_is_seen(
    relay: Turn, settings: WorkerSettings
) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        behind, viewer = Phone("behind", luma=90), Phone("viewer")
        behind.peer = relayed(relay, behind)
        try:
            for phone in (behind, viewer):
                await phone.join(it.client, ROOM)
                await it.hear(MediaConnected, connection=phone.name)
            edge = Edge(source=behind.name, subscriber=viewer.name, slot=0)
            await it.client.route(ROOM, version(1), frozenset({edge}))
            await viewer.sees(0)
            pair = behind.transport.transport._connection._nominated[1]
            assert pair.local_candidate.type == "relay"
        finally:
            await behind.close()
            await viewer.close()


def relayed(relay: Turn, phone: Phone) -> RTCPeerConnection:
    """Return the phone's connection, made anew with the relay as its only way."""
    one = relay.pass_of(phone.name)
    server = RTCIceServer(urls=list(one.urls), username=one.username, credential=one.credential)
    made = RTCPeerConnection(
        RTCConfiguration(
            iceServers=[server],
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            iceTransportPolicy=RTCIceTransportPolicy.RELAY,
        )
    )
    for sender in phone.peer.getSenders():
        if sender.track is not None:
            made.addTrack(sender.track)
    return made
