"""Fills the pages that the server paints itself; every value is escaped."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

_FOLDER = Path(__file__).resolve().parent


@cache
def pages_in(folder: Path) -> Environment:
    """Return the templates of a folder; a page that asks for an unknown value fails."""
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


def prepare() -> None:
    """Compile our own templates now: the first who asks would hold up everybody for 20 ms."""
    for name in pages_in(_FOLDER).list_templates(extensions=["html"]):
        own_page(name)


def own_page(name: str) -> Template:
    """Return one of our own templates."""
    return pages_in(_FOLDER).get_template(name)


def slip(*, drawn: str, **facts: str) -> str:
    """Return the slip to print. `drawn` is our own SVG of the link, the rest is text."""
    template = pages_in(_FOLDER).get_template("slip.html")
    return template.render(drawn=Markup(drawn), **facts)  # noqa: S704 - made by segno from a link


def page(text: str, headers: Mapping[str, str], *, status: int = 200) -> web.Response:
    """Return a page that no cache keeps and no other site learns of."""
    always = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(
        status=status, text=text, content_type="text/html", headers={**always, **headers}
    )
