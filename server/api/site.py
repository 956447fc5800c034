"""Puts the URL table on aiohttp: every row finds its handler, or the start fails."""

from collections.abc import Iterable
from types import ModuleType

from aiohttp import web

from server.api import (
    account,
    admin,
    agreements,
    cases,
    characters,
    demo,
    health,
    invitations,
    keeping,
    link,
    log,
    paper,
    printing,
    records,
    sealing,
    seats,
    setup,
    signing,
    templates,
    verify,
    witnesses,
)
from server.api.endpoint import Handler, Route
from server.api.forwarded import believe_own_proxies
from server.api.frame import wrap
from server.api.headers import secure
from server.api.metrics import METRICS, Metrics, count
from server.api.routes import DEMO, ROUTES
from server.api.uploads import keep_names_unprinted

MODULES: dict[str, ModuleType] = {
    module.__name__.rsplit(".", 1)[1]: module
    for module in (
        account,
        admin,
        agreements,
        cases,
        characters,
        demo,
        health,
        invitations,
        keeping,
        link,
        log,
        paper,
        printing,
        records,
        sealing,
        seats,
        setup,
        signing,
        verify,
        witnesses,
    )
}
_MONITORED = {"/healthz"}
"""Monitors ask these without wanting the answer's body."""
BODY_LIMIT = 21 * 1024 * 1024


def handler_of(route: Route) -> Handler:
    """Return the function a row names; raises AttributeError where there is none."""
    module, name = route.name.split(".")
    found: Handler = getattr(MODULES[module], name)
    return found


def make_site(*, demonstration: bool) -> web.Application:
    """Return the application with every route; the codes' route only in demo mode."""
    site = web.Application(
        middlewares=[believe_own_proxies, count, secure], client_max_size=BODY_LIMIT
    )
    templates.prepare()
    keep_names_unprinted()
    site[METRICS] = Metrics()
    site[link.OFFICE] = link.Office()
    _mount(site, (*ROUTES, *DEMO) if demonstration else ROUTES)
    return site


def _mount(site: web.Application, routes: Iterable[Route]) -> None:
    for route in routes:
        handler = wrap(route, handler_of(route))
        site.router.add_route(route.method, route.path, handler)
        if route.path in _MONITORED:
            site.router.add_head(route.path, handler)
