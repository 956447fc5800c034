"""A real server on an address that is not loopback, founded like any other, and its mediator."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import app as composition
from server.config import load
from server.domain.ids import CommitteeId
from server.domain.staff import Role
from server.rehearsal import play, story
from server.rehearsal.browser import Browser
from server.rehearsal.peer import Peer
from server.usecases.manage_staff import Newcomer
from server.usecases.set_up import found
from server.usecases.world import World
from tests.media.phone import Picture
from tests.netns.street import OFFICE
from tests.support.server import settings, start, stop


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for the office's address and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OFFICE)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(OFFICE))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


@dataclass(frozen=True, kw_only=True)
class Office:
    """The running server, and what its staff need to sign in."""

    url: str
    trust: ssl.SSLContext
    secrets: dict[str, str]

    async def participants(self) -> float:
        """Return how many media connections the worker holds."""
        connector = aiohttp.TCPConnector(ssl=self.trust)
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.get(f"{self.url}/metrics") as answer,
        ):
            text = await answer.text()
        (line,) = [one for one in text.splitlines() if one.startswith("heyi_media_participants{")]
        return float(line.split()[-1])

    def desk(self, login: str) -> "Desk":
        """Return the browser of a member of staff."""
        return Desk(self, login)


@contextlib.asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """Found the committee, then serve it over HTTPS."""
    chain, key = certify(folder)
    env = settings(
        folder / "data",
        HEYI_HOST=OFFICE,
        HEYI_MEDIA_HOST=OFFICE,
        HEYI_TLS_CERT=str(chain),
        HEYI_TLS_KEY=str(key),
    )
    secrets = await _found(folder / "data")
    url = f"https://{OFFICE}:{env['HEYI_PORT']}"
    trust = ssl.create_default_context(cafile=str(chain))
    server = await start(env, url=url, trust=trust)
    try:
        yield Office(url=url, trust=trust, secrets=secrets)
    finally:
        await stop(server)


async def _found(data: Path) -> dict[str, str]:
    secrets: dict[str, str] = {}

    async def seed(world: World) -> None:
        committee = replace(story.COMMITTEE, id=CommitteeId(world.ids.new()))
        people = [
            Newcomer(
                login=one.login,
                name=one.name,
                title=one.title,
                phone="",
                roles=frozenset(Role(role) for role in one.roles),
            )
            for one in story.ACCOUNTS
        ]
        passwords = [one.password for one in story.ACCOUNTS]
        made = await found(world, committee, people, None, passwords)
        secrets.update({one.staff.login: one.totp_secret for one in made})

    async with composition.running(load(data=data, demo=True), seed):
        return secrets


class Desk(Browser):
    """One member of staff with a simulated phone's media."""

    def __init__(self, office: Office, login: str) -> None:
        account = next(one for one in story.ACCOUNTS if one.login == login)
        super().__init__(office.url, account.name, office.trust)
        self._secret = office.secrets[login]
        self._account = account
        self.id = ""
        self.peer: Peer | None = None

    async def close(self) -> None:
        """End media and connections."""
        if self.peer is not None:
            await self.peer.close()
        await super().close()

    async def sign_in(self) -> None:
        """Sign in with the password and the authenticator's digits."""
        asked = {
            "login": self._account.login,
            "password": self._account.password,
            "totp": pyotp.TOTP(self._secret).now(),
        }
        self.id = str((await self.ask("POST", "/api/staff/sign-in", asked))["staff"]["id"])

    async def join(self, session: str, shade: int) -> None:
        """Take the seat with sound and picture."""
        await self.enter(session, "staff")
        self.peer = Peer(shade)
        # A live encoder answers a request for a key frame; the clip would not.
        _, camera = self.peer.pc.getSenders()
        camera.replaceTrack(Picture(shade))
        await self.peer.join(self)

    async def packets(self) -> int:
        """Return how many packets of sound and picture came so far."""
        assert self.peer is not None
        stats = (await self.peer.pc.getStats()).values()
        return sum(one.packetsReceived for one in stats if one.type == "inbound-rtp")


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A registered case with its planned session, and the worker's link."""

    session: str
    person: str
    link: str


async def register(mediator: Desk, recorder: Desk) -> Sitting:
    """Register the story's case and invite the worker."""
    planned = datetime.now(UTC) + timedelta(minutes=5)
    body = story.case(play.today(), planned, recorder.id, mediator.id)
    case = (await recorder.ask("POST", "/api/cases", body))["id"]
    shown: dict[str, Any] = await recorder.ask("GET", f"/api/cases/{case}")
    people = [one for party in shown["parties"] for one in party["people"]]
    person = next(one["id"] for one in people if one["name"] == "陈水根")
    ask = {"person_id": person, "channel": "sms"}
    issued = await recorder.ask("POST", f"/api/cases/{case}/invitations", ask)
    return Sitting(session=shown["sittings"][0]["id"], person=person, link=issued["link"])


async def still_running(desk: Desk, within: float) -> float:
    """Return the longest time without media at this desk, watched for `within` seconds."""
    loop = asyncio.get_running_loop()
    ends, longest = loop.time() + within, 0.0
    before, at = await desk.packets(), loop.time()
    while loop.time() < ends:
        await asyncio.sleep(0.02)
        if (now := await desk.packets()) > before:
            longest, before, at = max(longest, loop.time() - at), now, loop.time()
    return max(longest, loop.time() - at)
