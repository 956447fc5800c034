"""What a handshake may agree on, and whose key it is (OWASP ASVS 17.2.1, 17.2.2, 17.2.8)."""

import asyncio
import contextlib
import re
import subprocess

import pytest
from aiortc.rtcdtlstransport import generate_certificate
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL

from server.domain.ids import ConnectionId
from server.media.secure import SecureChannel, SrtpPair
from server.media.settings import WorkerSettings
from server.ports.media import WorkerBack
from tests.architecture.tree import ROOT
from tests.media.conftest import ROOM, plant

DTLS_1_0, DTLS_1_2 = 0xFEFF, 0xFEFD
GCM, PROFILE = b"ECDHE-ECDSA-AES128-GCM-SHA256", b"SRTP_AEAD_AES_256_GCM"
TURNS = 200


class OldPhone:
    """A DTLS client with nothing but OpenSSL, which asks for exactly what it is told."""

    def __init__(
        self, *, ciphers: bytes = GCM, profiles: bytes = PROFILE, newest: int = DTLS_1_2
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        context = SSL.Context(SSL.DTLS_METHOD)
        certificate = generate_certificate(self.key)
        context.use_certificate(certificate)
        context.use_privatekey(self.key)
        # Level 0 lets this side speak what is long broken.
        context.set_cipher_list(ciphers + b":@SECLEVEL=0")
        context.set_max_proto_version(newest)
        context.set_min_proto_version(DTLS_1_0)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        self.line = SSL.Connection(context)
        self.line.set_connect_state()
        self.fingerprint = certificate.fingerprint(SHA256()).hex(":").upper()

    async def shake(self, *, print_: str = "") -> SrtpPair | None:
        """Return the worker's keys, or None if it did not agree."""
        channel = SecureChannel(send=self._hear, closed=lambda: None)
        expected = (("sha-256", print_ or self.fingerprint),)
        loop = asyncio.get_running_loop()
        ours = loop.create_task(channel.handshake(expected, server=True))
        try:
            for _ in range(TURNS):
                self._step(channel)
                await asyncio.sleep(0)
            return ours.result() if ours.done() and ours.exception() is None else None
        finally:
            ours.cancel()
            await asyncio.gather(ours, channel.close(), return_exceptions=True)

    def _hear(self, raw: bytes) -> None:
        self.line.bio_write(raw)

    def _step(self, channel: SecureChannel) -> None:
        with contextlib.suppress(SSL.Error):
            self.line.do_handshake()
        while True:
            try:
                channel.feed(self.line.bio_read(4096))
            except SSL.WantReadError:
                return


async def test_it_agrees_on_strong_ciphers_of_dtls_1_2() -> None:
    for cipher in (
        GCM,
        b"ECDHE-ECDSA-AES256-GCM-SHA384",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
    ):
        phone = OldPhone(ciphers=cipher)
        assert await phone.shake()
        assert phone.line.get_cipher_name() == cipher.decode()
        assert phone.line.get_protocol_version_name() == "DTLSv1.2"


@pytest.mark.parametrize(
    "cipher",
    [
        b"ECDHE-ECDSA-AES128-SHA",
        b"ECDHE-ECDSA-AES256-SHA",
        b"ECDHE-ECDSA-AES128-SHA256",
        b"ECDHE-ECDSA-NULL-SHA",
        b"AES128-SHA",
        b"AES128-GCM-SHA256",
        b"ECDHE-RSA-AES128-GCM-SHA256",
        b"aNULL",
        b"eNULL",
        b"PSK",
    ],
)
async def test_it_agrees_on_no_weak_cipher(cipher: bytes) -> None:
    assert await OldPhone(ciphers=cipher).shake() is None


async def test_it_agrees_on_no_older_dtls() -> None:
    phone = OldPhone(ciphers=b"ECDHE-ECDSA-AES128-SHA:" + GCM, newest=DTLS_1_0)
    assert await phone.shake() is None


@pytest.mark.parametrize(
    ("profiles", "agreed"),
    [
        (b"SRTP_AEAD_AES_256_GCM", True),
        (b"SRTP_AEAD_AES_128_GCM", True),
        (b"SRTP_AES128_CM_SHA1_80", True),
        (b"SRTP_AES128_CM_SHA1_32", False),
        (b"", False),
    ],
)
async def test_it_agrees_on_no_short_tag_and_on_nothing_unprotected(
    profiles: bytes, agreed: bool
) -> None:
    assert (await OldPhone(profiles=profiles).shake() is not None) is agreed


async def test_the_strongest_profile_that_both_know_is_taken() -> None:
    phone = OldPhone(profiles=b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:" + PROFILE)
    assert await phone.shake()
    assert phone.line.get_selected_srtp_profile() == PROFILE


async def test_a_phone_without_the_announced_certificate_gets_no_keys() -> None:
    assert await OldPhone().shake(print_=":".join(["AB"] * 32)) is None


async def test_the_worker_shows_a_strong_key_in_the_certificate_it_announced() -> None:
    phone = OldPhone()
    assert await phone.shake()
    shown = phone.line.get_peer_certificate(as_cryptography=True)
    assert shown is not None
    key = shown.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.key_size >= 256
    assert shown.signature_hash_algorithm is not None
    assert shown.signature_hash_algorithm.name == "sha256"


async def test_every_connection_has_a_key_of_its_own(settings: WorkerSettings) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        offers = [await it.client.connect(ROOM, ConnectionId(f"c{n}")) for n in range(6)]
    prints = [set(re.findall(r"a=fingerprint:sha-256 ([0-9A-F:]+)", offer)) for offer in offers]
    assert all(len(one) == 1 for one in prints)
    assert len(set.union(*prints)) == len(offers)


def test_no_private_key_is_handed_out_with_the_project() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: no list of what is handed out")
    found = subprocess.run(
        ["git", "grep", "-l", "PRIVATE KEY"],
        capture_output=True,
        cwd=ROOT,
        text=True,
        check=False,
    ).stdout.split()
    # Names of the format, in code that writes or refuses keys, are no keys.
    held = [one for one in found if _holds_a_key((ROOT / one).read_text("utf-8", "replace"))]
    assert held == []


def _holds_a_key(text: str) -> bool:
    return bool(re.search(r"PRIVATE KEY-----\s*\n(?:[A-Za-z0-9+/=]{40,}\n)", text))
