"""The frame around every handler: who asks, is the body right, what is answered.

parse -> authorise -> one use case -> render. A route declares its types once; the
same declaration validates requests and becomes the OpenAPI document.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel

from server.domain.access import Act
from server.domain.invitation import Invitation
from server.domain.staff import Actor
from server.usecases.world import World

WORLD: web.AppKey[World] = web.AppKey("world", World)


class Who(StrEnum):
    """Who may knock at a route at all; the use case decides the rest."""

    ANYBODY = "anybody"
    STAFF = "staff"
    SEAT = "seat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request: the world, the asker, the path's and the query's values."""

    world: World
    request: web.Request
    path: Mapping[str, str]
    query: Mapping[str, str]
    actor: Actor | None = None
    invitation: Invitation | None = None
    seat_hash: str | None = None

    @property
    def staff(self) -> Actor:
        """Return the member of staff; only on routes of `Who.STAFF`."""
        assert self.actor is not None  # noqa: S101 - the frame has checked it
        return self.actor

    @property
    def seat(self) -> Invitation:
        """Return the invitation of the seat; only on routes of `Who.SEAT`."""
        assert self.invitation is not None  # noqa: S101 - the frame has checked it
        return self.invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A view with cookies to set (name -> value and lifetime; None deletes)."""

    view: BaseModel
    status: int = 200
    cookies: Mapping[str, tuple[str, int] | None] = field(default_factory=dict)


Result = BaseModel | Answer | web.StreamResponse
Handler = Callable[[Context, Any], Awaitable[Result]]
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the URL table. `media` names a non-JSON answer's type.

    `fields` are short texts that a form may carry instead of its file.
    """

    method: str
    path: str
    name: str
    who: Who
    summary: str
    ask: type[BaseModel] | None = None
    view: type[BaseModel] | None = None
    media: str | None = None
    upload: bool = False
    fields: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    act: Act | None = None
