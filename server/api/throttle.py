"""How often one address, and everybody together, may knock at the open doors."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from server.domain.errors import DomainError
from server.ports.system import Clock
from server.usecases.tries import Where

_MOST_ADDRESSES: Final = 20_000
_MOST_REGULARS: Final = 2_000


class TooFastError(DomainError):
    """Too many requests; `facts["retry_after_s"]` says when one is taken again."""

    code = "too_fast"


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


class Bucket:
    """A token bucket for every key: `burst` at once, `rate` a second after that."""

    def __init__(self, clock: Clock, *, burst: int, rate: float) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = rate
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def take(self, key: str) -> None:
        """Take one token, or raise TooFastError."""
        now = self._clock.monotonic()
        level = self._levels.pop(key, None) or _Level(self._burst, now)
        self._levels[key] = level
        if len(self._levels) > _MOST_ADDRESSES:
            self._levels.popitem(last=False)
        level.tokens = min(self._burst, level.tokens + (now - level.at) * self._rate)
        level.at = now
        if level.tokens < 1:
            raise TooFastError(retry_after_s=int((1 - level.tokens) / self._rate) + 1)
        level.tokens -= 1


class _Regulars:
    """Logins by the addresses they last signed in from, and those with a browser of their own.

    Each may err ten times in a row.
    """

    def __init__(self, clock: Clock) -> None:
        self._own = Bucket(clock, burst=10, rate=0.1)
        self._known: OrderedDict[str, None] = OrderedDict()

    def add(self, request: web.Request, login: str) -> None:
        self._known[_pair(request, login)] = None
        self._known.move_to_end(_pair(request, login))
        if len(self._known) > _MOST_REGULARS:
            self._known.popitem(last=False)

    def know(self, request: web.Request, login: str, *, own_browser: bool) -> Where:
        """Return as whom the door knows the login; raises TooFastError when too often."""
        pair = _pair(request, login)
        if own_browser:
            self._own.take(f"browser {login}")
            return Where.BROWSER
        if pair not in self._known:
            return Where.DOOR
        self._own.take(pair)
        return Where.ADDRESS


def _pair(request: web.Request, login: str) -> str:
    return f"{request.remote or ''} {login}"


class Doors:
    """The buckets of the doors that anybody may knock at.

    A mobile network shows thousands of phones under one address, so an address may
    look often; giving digits is rarer, and five wrong ones lock a link anyway.
    """

    def __init__(self, clock: Clock) -> None:
        self._look = Bucket(clock, burst=120, rate=2)
        self._look_all = Bucket(clock, burst=1_000, rate=100)
        self._digits = Bucket(clock, burst=20, rate=0.2)
        self._digits_all = Bucket(clock, burst=200, rate=10)
        self._checks = Bucket(clock, burst=20, rate=0.1)
        self._answers = Bucket(clock, burst=300, rate=0.1)
        self._verify = Bucket(clock, burst=20, rate=0.1)
        self._verify_all = Bucket(clock, burst=40, rate=1)
        self._sign_in = Bucket(clock, burst=30, rate=0.2)
        self._sign_in_all = Bucket(clock, burst=40, rate=2)
        self._regulars = _Regulars(clock)

    def look(self, request: web.Request) -> None:
        """Let the request look at a link, or raise TooFastError."""
        self._look.take(request.remote or "")
        self._look_all.take("")

    def give_digits(self, request: web.Request) -> None:
        """Let the request give digits, or raise TooFastError."""
        self._digits.take(request.remote or "")
        self._digits_all.take("")

    def verify(self, request: web.Request) -> None:
        """Let the request have something verified, or raise TooFastError."""
        self._verify.take(request.remote or "")
        self._verify_all.take("")

    def sign_in(self, request: web.Request, login: str, *, own_browser: bool = False) -> Where:
        """Let the request try to sign in, and return where it counts, or raise TooFastError.

        Judging a password is dear, so strangers wait for each other. Who signed in from the
        same address or with the same browser before waits for nobody, and wrong tries of
        strangers do not count against him: they cannot keep him out.
        """
        where = self._regulars.know(request, login, own_browser=own_browser)
        if where is Where.DOOR:
            self._sign_in.take(request.remote or "")
            self._sign_in_all.take("")
        return where

    def signed_in(self, request: web.Request, login: str) -> None:
        """Remember that somebody signed in from there."""
        self._regulars.add(request, login)

    def check_device(self, person: str) -> None:
        """Let a person's phone report once more, or raise TooFastError."""
        self._checks.take(person)

    def answer(self, person: str) -> None:
        """Let a person answer anew, or raise TooFastError: each time goes into the log."""
        self._answers.take(person)


DOORS: web.AppKey[Doors] = web.AppKey("doors", Doors)
