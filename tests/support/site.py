"""The HTTP edge over a test's world: real routes, real cookies, a real socket on loopback."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import BaseTestServer, TestServer
from yarl import URL

from server.api import frame, headers
from server.api.endpoint import WORLD
from server.api.forwarded import TRUSTED
from server.api.site import make_site
from server.api.static import DIST
from server.api.throttle import DOORS, Doors
from server.api.tray import TRAY, Tray
from server.domain.staff import StaffSession
from server.setting_forms import networks
from server.usecases.identify import hash_token
from server.usecases.world import World
from tests.support.world import actor

WEB = Path(__file__).resolve().parents[2] / "web"
ORIGIN = "http://127.0.0.1:8080"


def made_site(world: World, dist: Path) -> web.Application:
    """Return the real site over a test's world; what measures and lives is left out."""
    made = make_site(demonstration=False)
    made[WORLD] = world
    made[frame.ORIGINS] = frozenset({ORIGIN})
    made[headers.SOCKETS] = headers.socket_origin(ORIGIN)
    made[DIST] = dist
    made[DOORS] = Doors(world.clock)
    made[TRAY] = Tray(dist / "presented", world.ids)
    return made


def lay_out_pages(folder: Path) -> Path:
    """Put the link page, its words and the verifier where a build would, without one."""
    (folder / "verifier").mkdir()
    (folder / "verifier" / "verify.html").write_text("<!doctype html>")
    party = folder / "party"
    party.mkdir()
    page = (WEB / "party" / "index.html").read_text("utf-8")
    (party / "index.html").write_text(page, "utf-8")
    words = {lang: _words(name) for lang, name in (("zh-CN", "zh"), ("en", "en"))}
    (party / "landing.json").write_text(json.dumps(words), "utf-8")
    return folder


def _words(name: str) -> dict[str, str]:
    source = WEB / "packages" / "core" / "src" / "strings" / f"landing.{name}.ts"
    found = re.findall(r'^  (\w+): ("(?:[^"\\]|\\.)*"),$', source.read_text("utf-8"), re.MULTILINE)
    return {key: json.loads(text) for key, text in found}


@dataclass(frozen=True, kw_only=True)
class Browser:
    """One browser with its own cookies."""

    session: ClientSession
    base: URL

    async def ask(
        self, method: str, path: str, body: object = None, **more: Any
    ) -> tuple[int, Any]:
        """Return status and JSON of a request made by our own page."""
        given = more.pop("headers", {"Origin": ORIGIN})
        if body is not None:
            more["json"] = body
        async with self.fetch(method, path, headers=given, **more) as answer:
            return answer.status, await answer.json()

    @asynccontextmanager
    async def fetch(self, method: str, path: str, **more: Any) -> AsyncIterator[ClientResponse]:
        async with self.session.request(method, self.base.join(URL(path)), **more) as answer:
            yield answer

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value as the browser keeps it."""
        kept = self.session.cookie_jar.filter_cookies(self.base)
        return kept[name].value if name in kept else None


@dataclass(frozen=True, kw_only=True)
class Town:
    """A running site and the browsers of the people around it."""

    world: World
    server: BaseTestServer
    browsers: list[ClientSession]

    def browser(self) -> Browser:
        """Return a fresh browser; like real ones it trusts loopback with Secure cookies."""
        base = self.server.make_url("/")
        jar = CookieJar(unsafe=True, treat_as_secure_origin=base.origin())
        self.browsers.append(ClientSession(cookie_jar=jar))
        return Browser(session=self.browsers[-1], base=base)

    async def signed_in(self, login: str) -> Browser:
        """Return the browser of a member of staff who has signed in."""
        browser, token = self.browser(), self.world.ids.token()
        now = self.world.clock.now()
        async with self.world.store.write() as uow:
            await uow.staff.sign_in(
                StaffSession(
                    token_hash=hash_token(token),
                    staff_id=actor(login).staff_id,
                    created_at=now,
                    seen_at=now,
                )
            )
        browser.session.cookie_jar.update_cookies({"__Host-heyi-staff": token}, browser.base)
        return browser


@asynccontextmanager
async def town(world: World, dist: Path, *, proxied: bool = False) -> AsyncIterator[Town]:
    """Serve the world on loopback; behind a proxy, browsers say themselves where they are."""
    site = made_site(world, dist)
    site[TRUSTED] = networks(["127.0.0.1"] if proxied else [])
    async with TestServer(site) as server:
        opened = Town(world=world, server=server, browsers=[])
        try:
            yield opened
        finally:
            for browser in opened.browsers:
                await browser.close()
