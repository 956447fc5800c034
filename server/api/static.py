"""The built web pages: hashed files for ever, the console's page for every path of it."""

from pathlib import Path

from aiohttp import web

FOREVER = "public, max-age=31536000, immutable"
DIST: web.AppKey[Path] = web.AppKey("dist", Path)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def add_pages(app: web.Application, dist: Path) -> None:
    """Serve `dist/party` and `dist/console`; the link page itself is painted by `link`."""
    app[DIST] = dist
    app.router.add_get("/", _front)
    app.router.add_get("/party/{file:.+}", _party)
    app.router.add_get("/console", _console)
    app.router.add_get("/console/{file:.*}", _console)


async def _front(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/console/"})


async def _party(request: web.Request) -> web.StreamResponse:
    return _file(request.app[DIST] / "party", request.match_info["file"]) or _missing()


async def _console(request: web.Request) -> web.StreamResponse:
    folder = request.app[DIST] / "console"
    name = request.match_info.get("file", "")
    page = _file(folder, name) if "." in name else None
    return page or _file(folder, "index.html") or _missing()


def _file(folder: Path, name: str) -> web.FileResponse | None:
    try:
        path = (folder / name).resolve()
        there = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # a name too long for the system, or with a NUL
        return None
    if not there:
        return None
    page = path.suffix == ".html"
    headers = {"Cache-Control": "no-cache" if page else FOREVER}
    if path.suffix in _TYPES:
        headers["Content-Type"] = _TYPES[path.suffix] + "; charset=utf-8"
    return web.FileResponse(path, headers=headers)


def _missing() -> web.Response:
    return web.Response(status=404, text="not built: run `make build`\n")
