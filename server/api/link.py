"""Handlers of a person's link: its page, the four digits, coming back."""

import json
from pathlib import Path

from aiohttp import web

from server.api import cookies, refusals, templates
from server.api.endpoint import Answer, Context
from server.api.headers import SOCKETS, content_policy
from server.api.schemas import seat as wire
from server.api.static import DIST
from server.api.throttle import DOORS, TooFastError
from server.api.views.language import language
from server.api.views.seat import seat_view
from server.domain.errors import DomainError, NotFoundError
from server.domain.jurisdiction.texts import NoticeBlock, text_version
from server.usecases import answer_link
from server.usecases.answer_link import LinkFacts
from server.usecases.identify import SEAT_COOKIE, hash_token
from server.usecases.see_seat import see_seat
from server.usecases.wording import day_and_clock
from server.usecases.world import World

UNKNOWN, AWAY = "unknown", "away"
SENTENCE = 2
"""Of so many lines a notice's first sentence consists."""
_AWAY_S = 60
"""Seconds after which it is worth trying again while the database is away."""
_OFFICE_S = 600.0
"""For so long an office's number is taken as it was read."""


async def page(context: Context, _: None) -> web.Response:
    """Return the link's page. Looking changes nothing; every unknown link looks the same."""
    try:
        context.request.app[DOORS].look(context.request)
        return await _found(context)
    except DomainError as refused:
        refusals.note(refused)
        return _in_words(context, refused)


class Office:
    """Whom to ring while the database is away: as it was known last, where there is one office."""

    def __init__(self) -> None:
        self.facts = LinkFacts(
            state=None, committee="", office_phone="", mediator="", planned_at=None
        )
        self._until = 0.0

    async def look(self, world: World) -> None:
        """Read it, now and then; each time while there is none yet."""
        now = world.clock.monotonic()
        if now >= self._until:
            self.facts = await answer_link.see_office(world)
            self._until = now + _OFFICE_S if self.facts.committee else now


OFFICE: web.AppKey[Office] = web.AppKey("office", Office)


async def _found(context: Context) -> web.Response:
    office = context.request.app[OFFICE]
    await office.look(context.world)
    try:
        facts = await answer_link.see_link(context.world, context.path["token"])
    except NotFoundError:
        return _painted(context, office.facts, UNKNOWN, status=404)
    return _painted(context, facts, facts.state or UNKNOWN)


def _painted(context: Context, facts: LinkFacts, state: str, *, status: int = 200) -> web.Response:
    folder = context.request.app[DIST] / "party"
    if not (folder / "index.html").is_file():
        raise web.HTTPServiceUnavailable(text="not built: run `make build`\n")
    lang, nonce = language(context.request), context.world.ids.token()
    text = (
        templates.pages_in(folder)
        .get_template("index.html")
        .render(
            lang=lang,
            nonce=nonce,
            strings=_words(folder)[lang],
            state=state,
            **_facts(context, facts, lang),
        )
    )
    policy = content_policy(context.request.app[SOCKETS], nonce)
    page = templates.page(text, {"Content-Security-Policy": policy}, status=status)
    page.enable_compression()
    return page


def _words(folder: Path) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((folder / "landing.json").read_text("utf-8"))
    return words


def _facts(context: Context, facts: LinkFacts, lang: str) -> dict[str, object]:
    day, clock = "", ""
    if facts.planned_at is not None:
        day, clock = day_and_clock(facts.planned_at, context.world.pack, lang)
    return {
        "committee": facts.committee,
        "mediator": facts.mediator,
        "time_day": day,
        "time_clock": clock,
        "phone": facts.office_phone,
        "phone_link": "".join(s for s in facts.office_phone if s.isdigit() or s == "+"),
        "privacy": _notice(context.world.pack.notices.privacy, lang),
    }


def _notice(block: NoticeBlock, lang: str) -> dict[str, str]:
    """Return a notice in a sentence, and whole behind a tap (个人信息保护法 art. 17)."""
    space = "" if lang.startswith("zh") else " "
    lines = [line.in_language(lang) for line in block.lines]
    return {
        "title": block.title.in_language(lang),
        "short": space.join(lines[:SENTENCE]),
        "rest": space.join(lines[SENTENCE:]),
        "law": block.law.in_language(lang) if block.law else "",
        "version": text_version(block),
    }


def _in_words(context: Context, refused: DomainError) -> web.Response:
    """Say it on the page: who taps a link reads no code, and nothing more can be looked up."""
    status = refusals.status_of(refused.code)
    wait = {"Retry-After": str(refused.facts.get("retry_after_s", _AWAY_S))}
    if isinstance(refused, TooFastError):
        # A sentence alone: whoever asks for too much is not given more.
        words = _words(context.request.app[DIST] / "party")[language(context.request)]
        text = f"{words['digitsBusy']}\n"
        return web.Response(status=status, text=text, headers={**wait, "Cache-Control": "no-store"})
    shown = _painted(context, context.request.app[OFFICE].facts, AWAY, status=status)
    shown.headers.update(wait)
    return shown


async def open_link(context: Context, ask: wire.OpenLink) -> Answer:
    """Open the link for this browser with the four digits."""
    context.request.app[DOORS].give_digits(context.request)
    opened = await answer_link.open_link(context.world, ask.token, ask.digits, notice=ask.notice)
    seat = await see_seat(context.world, opened.invitation, hash_token(opened.token))
    left = opened.invitation.expires_at - context.world.clock.now()
    return Answer(
        view=seat_view(context.world, seat, language(context.request)),
        cookies={SEAT_COOKIE: (opened.token, int(left.total_seconds()))},
    )


async def resume(context: Context, ask: wire.ResumeLink) -> wire.SeatView:
    """Return the seat to a browser that gave the digits before."""
    context.request.app[DOORS].look(context.request)
    token = cookies.read(context.request, SEAT_COOKIE)
    invitation = await answer_link.resume(context.world, ask.token, token)
    seat = await see_seat(context.world, invitation, hash_token(token or ""))
    return seat_view(context.world, seat, language(context.request))
