"""Writes `web/openapi.json`, from which the browser's types are made: `make generated` runs it."""

import json
from typing import Any

from pydantic import BaseModel

from server.api.health import product_version
from server.api.openapi import document
from server.api.routes import ROUTES
from server.signalling import messages
from tests.architecture.tree import ROOT

WRITTEN = ROOT / "web" / "openapi.json"


def described() -> dict[str, Any]:
    """Return the OpenAPI document of the routes and of every live message."""
    live = (
        found
        for found in vars(messages).values()
        if isinstance(found, type)
        and issubclass(found, BaseModel)
        and found.__module__ == messages.__name__
        and found is not messages.Request
    )
    return document(ROUTES, product_version(), live)


def main() -> None:
    text = json.dumps(described(), ensure_ascii=False, indent=1, sort_keys=True)
    WRITTEN.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
