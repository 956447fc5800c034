"""How a request is registered: its route, the moment of the case it is asked at, what it sends."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.access.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent: the path's values, the query, and a JSON body or a file."""

    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    json: Any = None
    file: bytes | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def url(self, pattern: str) -> str:
        return pattern.format(**self.path) + self.query

    def body(self) -> dict[str, Any]:
        """Return the body as the HTTP client takes it."""
        if self.file is None:
            return {} if self.json is None else {"json": self.json}
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(self.file), filename="picture.png")
        return {"data": form}


Build = Callable[[Office, str], Awaitable[Ask]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """At which moment of the case a route is asked, and how."""

    moment: str
    build: Build


ASKS: dict[str, Row] = {}


def ask(route: str, moment: str = "planned") -> Callable[[Build], Build]:
    """Register how a route is asked."""

    def keep(build: Build) -> Build:
        ASKS[route] = Row(moment=moment, build=build)
        return build

    return keep


def plain(route: str, moment: str = "planned", **fields: Any) -> None:
    """Register a route whose request is the same for everybody; `facts:` names a fact."""

    async def build(office: Office, who: str) -> Ask:
        del who
        path = {"case_id": office.facts["case"], **fields.get("path", {})}
        known = {name: str(office.facts.get(value, value)) for name, value in path.items()}
        return Ask(path=known, **{k: v for k, v in fields.items() if k != "path"})

    ask(route, moment)(build)
