"""Liveness, metrics and the description of every route."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from server.api.endpoint import Context
from server.api.metrics import METRICS
from server.api.openapi import document
from server.api.routes import ROUTES
from server.ports.media import MediaFigures

MEDIA: web.AppKey[MediaFigures] = web.AppKey("media", MediaFigures)
LIVE: web.AppKey[tuple[type[BaseModel], ...]] = web.AppKey("live", tuple)


async def healthz(context: Context, _: None) -> web.Response:
    """Say `ok` when the database answers; 503 otherwise."""
    well = await context.world.store.healthy()
    return web.Response(status=200 if well else 503, text="ok\n" if well else "database\n")


async def metrics(context: Context, _: None) -> web.Response:
    """Return the figures for Prometheus; no label carries a name or an id."""
    shown = context.request.app[METRICS]
    shown.show_renewing(context.world.renewing)
    shown.rooms.set(len(context.world.rooms))
    shown.media.show(await context.request.app[MEDIA].by_worker())
    return web.Response(
        body=generate_latest(shown.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


async def openapi(context: Context, _: None) -> web.Response:
    """Return the OpenAPI 3.1 document of every route and live message."""
    text = _document(context.request.app[LIVE])
    return web.Response(text=text, content_type="application/json")


@cache
def _document(live: tuple[type[BaseModel], ...]) -> str:
    return json.dumps(document(ROUTES, product_version(), live), ensure_ascii=False)


def product_version() -> str:
    """Return the installed version, or that of a checkout that was not installed."""
    try:
        return version("heyi")
    except PackageNotFoundError:
        return "0.1.0"
