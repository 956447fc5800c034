"""The OpenAPI 3.1 document, made from the types that validate requests."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.api.endpoint import Route, Who
from server.api.schemas.base import Refusal
from server.usecases.identify import SEAT_COOKIE, STAFF_COOKIE

_REF = "#/components/schemas/{model}"
_SECURITY: dict[Who, list[dict[str, list[str]]]] = {
    Who.ANYBODY: [],
    Who.STAFF: [{"staff": []}],
    Who.SEAT: [{"seat": []}],
}


def document(
    routes: Iterable[Route], version: str, live: Iterable[type[BaseModel]] = ()
) -> dict[str, Any]:
    """Return the document; `live` adds the Socket.IO messages to the components."""
    routes = tuple(routes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Heyi 和议", "version": version},
        "paths": _paths(routes),
        "components": {
            "schemas": _schemas(routes, tuple(live)),
            "securitySchemes": {
                name: {"type": "apiKey", "in": "cookie", "name": cookie}
                for name, cookie in (("staff", STAFF_COOKIE), ("seat", SEAT_COOKIE))
            },
        },
    }


def _schemas(routes: tuple[Route, ...], live: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    asks = {r.ask for r in routes if r.ask}
    views = {r.view for r in routes if r.view} | {Refusal}
    by_name = sorted(asks | views | set(live), key=lambda model: model.__name__)
    modes = [(m, "validation" if m in asks else "serialization") for m in by_name]
    _, found = models_json_schema(modes, ref_template=_REF)  # type: ignore[arg-type]  # str literals
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _paths(routes: tuple[Route, ...]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "security": _SECURITY[route.who],
        "parameters": _parameters(route),
        "responses": {
            "200": _answer(route),
            "default": {"description": "A refusal", "content": _refusal(route)},
        },
    }
    if body := _body(route):
        operation["requestBody"] = body
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    in_path = re.findall(r"{(\w+)}", route.path)
    return [{"name": n, "in": "path", "required": True, "schema": text} for n in in_path] + [
        {"name": n, "in": "query", "schema": text} for n in route.query
    ]


def _body(route: Route) -> dict[str, Any] | None:
    if route.upload:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        texts = {name: {"type": "string"} for name in route.fields}
        schema: dict[str, Any] = {"type": "object", "properties": {"file": file, **texts}}
        if not route.fields:
            schema["required"] = ["file"]
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if route.ask:
        return {"required": True, "content": _json(route.ask)}
    return None


def _answer(route: Route) -> dict[str, Any]:
    if route.view:
        return {"description": "Done", "content": _json(route.view)}
    return {"description": "Done", "content": {route.media or "text/plain": {}}}


def _refusal(route: Route) -> dict[str, Any]:
    """Return how it refuses: a page for everybody says so in words, to programs it may be JSON."""
    words: dict[str, Any] = {}
    if route.who is Who.ANYBODY and route.media == "text/html":
        words = {"text/html": {}, "text/plain": {}}
    return {**words, **_json(Refusal)}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "application/json": {
            "schema": {"$ref": _REF.format(model=model.__name__)},
        }
    }
