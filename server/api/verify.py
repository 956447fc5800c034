"""The public verification page: anybody asks, nothing is kept, and facts are all it tells."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from server.api import refusals, templates
from server.api.binary import saved
from server.api.endpoint import Context
from server.api.headers import SOCKETS, content_policy
from server.api.static import DIST
from server.api.throttle import DOORS, TooFastError
from server.api.tray import LARGEST, TRAY
from server.api.uploads import read_form
from server.api.views.language import language
from server.domain.errors import DomainError, InvalidValueError, TooLargeError
from server.domain.record import pem_body
from server.usecases import verify_presented as usecase

_MIB = 1024 * 1024
_FORM = 64 * 1024
"""Bytes of a body beside its file."""

FIELDS = ("number", "code")


async def page(context: Context, _: None) -> web.Response:
    """Return the page; looking keeps nothing. What is in the way stands on it in words."""
    try:
        context.request.app[DOORS].look(context.request)
        return await _painted(context, {})
    except DomainError as refused:
        return await _refused(context, refused, {})


async def verify(context: Context, _: None) -> web.Response:
    """Judge what was sent, or tell the facts of the agreement with that number and code.

    A browser gets every answer as the same page, a program gets refusals as JSON.
    """
    typed: dict[str, str] = {}
    try:
        context.request.app[DOORS].verify(context.request)
        _expect_size(context.request)
        async with context.request.app[TRAY].lend(context.request.remote or "") as dish:
            typed |= await read_form(context, FIELDS, dish.take)
            told = await _answer(context, typed, await dish.whole())
        return await _painted(context, {**typed, **told})
    except DomainError as refused:
        if "text/html" not in context.request.headers.get("Accept", ""):
            raise
        return await _refused(context, refused, typed)


async def offline(context: Context, _: None) -> web.Response:
    """Return the page of the records, to be saved: from here it came out of no record."""
    file = context.request.app[DIST] / "verifier" / "verify.html"
    if not file.is_file():
        raise web.HTTPServiceUnavailable(text="not built: run `make build`\n")
    return saved(file.read_bytes(), "text/html", file.name)


def _expect_size(request: web.Request) -> None:
    """Refuse at once what says itself that it is too large."""
    if (request.content_length or 0) > LARGEST + _FORM:
        raise TooLargeError(limit=LARGEST)


async def _answer(
    context: Context, fields: Mapping[str, str], content: bytes | Path
) -> Mapping[str, object]:
    if content:
        return {"verified": await usecase.verify_presented(context.world, content)}
    number, code = (fields.get(name, "").strip() for name in FIELDS)
    if not number or not code:
        raise InvalidValueError(field="file", reason="missing")
    return {"found": await usecase.look_up(context.world, number, code)}


async def _refused(
    context: Context, refused: DomainError, typed: Mapping[str, str]
) -> web.Response:
    refusals.note(refused)
    told = {**typed, "reason": str(refused.told.get("reason", refused.code))}
    page = await _painted(context, told, status=refusals.status_of(refused.code))
    if isinstance(refused, TooFastError):
        page.headers["Retry-After"] = str(refused.facts["retry_after_s"])
    return page


async def _painted(
    context: Context, told: Mapping[str, object], *, status: int = HTTPStatus.OK
) -> web.Response:
    lang, nonce = language(context.request), context.world.ids.token()
    # A flood of refused questions must not reach the database.
    issuers = await usecase.issuers(context.world) if status == HTTPStatus.OK else ()
    known = [(one.committee, _fingerprint(one)) for one in issuers]
    always = {"number": "", "code": "", "limit": LARGEST // _MIB}
    text = templates.own_page("verify.html").render(
        lang=lang, nonce=nonce, issuers=known, **{**always, **told}
    )
    # Without a referrer a browser hides the origin of a form (Fetch, 3.1), and we ask for it.
    headers = {
        "Content-Security-Policy": content_policy(context.request.app[SOCKETS], nonce, script=True),
        "Referrer-Policy": "same-origin",
    }
    return templates.page(text, headers, status=status)


def _fingerprint(issuer: usecase.Issuer) -> str:
    return hashlib.sha256(pem_body(issuer.certificate)).hexdigest().upper()
