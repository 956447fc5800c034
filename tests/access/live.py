"""Asks one live request from every seat and says which answers are not the expected ones."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.access import callers, expected
from tests.access.callers import SUFFIX, Caller
from tests.access.matrix import ALLOWED, FORBIDDEN, NOT_FOUND, SIGNED_OUT
from tests.access.office import Office, open_office
from tests.access.prepare import Preparation
from tests.access.says import SAYS, Said
from tests.access.socket import Socket

_FOLDERS = count()
_BEFORE = ("enter", "leave")
"""Requests that a browser may send before it has a seat."""


def outcome(told: Mapping[str, Any]) -> str:
    """Return the class of an acknowledgement."""
    return ALLOWED if told["ok"] else str(told["code"])


class Line:
    """The questions about one live request."""

    def __init__(self, prepared: Preparation, folder: Path, event: str) -> None:
        self._prepared = prepared
        self._folder = folder
        self._event = event
        self._say = SAYS[event]
        self.wrong: list[str] = []

    async def ask_all(self) -> list[str]:
        allowed = expected.LIVE_EVENTS[self._event]
        letters = frozenset(allowed.split())
        facts = self._prepared.facts[self._say.moment]
        everybody = [*callers.staff(facts), *callers.people(facts), callers.seat("P'", facts)]
        if self._event not in _BEFORE:
            everybody += [
                callers.member(c + SUFFIX, facts) for c in "HR" if self._gains(c, letters)
            ]
        yes = [c for c in everybody if self._may(c, letters)]
        await self._refused([c for c in everybody if c not in yes], letters)
        for one in yes:
            await self._allowed(one)
        await self._not_let_in()
        return self.wrong

    def _gains(self, letter: str, letters: frozenset[str]) -> bool:
        """Whether taking the chair first is a question of its own."""
        return letter not in letters or letter + SUFFIX in letters

    def _may(self, one: Caller, letters: frozenset[str]) -> bool:
        if letters == {expected.EVERYBODY}:
            return True
        return not one.other_committee and one.letter in letters

    @asynccontextmanager
    async def _office(self) -> AsyncIterator[Office]:
        moment, folder = self._say.moment, self._folder / f"office-{next(_FOLDERS)}"
        prepared, facts = self._prepared.folder(moment), self._prepared.facts[moment]
        async with open_office(prepared, folder, facts) as office:
            yield office

    async def _refused(self, askers: list[Caller], letters: frozenset[str]) -> None:
        """Seat whoever may come in, then ask all of one office that must not change by it."""
        for chair in (False, True):
            some = [one for one in askers if one.letter.endswith(SUFFIX) is chair]
            if not some:
                continue
            async with self._office() as office:
                await self._prepare(office)
                seated = [(one, await self._seat(office, one)) for one in some]
                body = self._say.body(office.facts)
                before = office.dump()
                for one, socket in seated:
                    told = outcome(await socket.ask(self._event, body))
                    self._compare(one, self._refusal(one), told)
                if office.dump() != before:
                    self.wrong.append("a refused request changed the database")

    def _refusal(self, one: Caller) -> str:
        elsewhere = one.other_committee or one.letter == "P'"
        return NOT_FOUND if self._event == "enter" and elsewhere else FORBIDDEN

    async def _allowed(self, one: Caller) -> None:
        async with self._office() as office:
            await self._prepare(office)
            socket = await self._seat(office, one)
            body = self._say.body(office.facts)
            if self._event in {"media.answer", "media.stop"}:
                body = {**body, "connection": await self._offered(socket)}
            self._compare(one, ALLOWED, outcome(await socket.ask(self._event, body)))

    async def _offered(self, socket: Socket) -> str:
        await socket.ask("media.start")
        return str((await socket.hears("media.offer"))["connection"])

    async def _prepare(self, office: Office) -> None:
        for said in self._say.before:
            await self._said(office, said)

    async def _said(self, office: Office, said: Said) -> None:
        letter, event, body = said
        socket = await self._seat(office, callers.caller(letter, office.facts))
        told = await socket.ask(event, body(office.facts))
        assert told["ok"], (said, told)

    async def _seat(self, office: Office, one: Caller) -> Socket:
        """Connect; take the seat where that is allowed and not what is asked."""
        socket = await office.connect(one.cookies)
        assert socket is not None, one
        if self._event not in _BEFORE and self._comes_in(one):
            told = await socket.ask("enter", {"session_id": office.facts["session"]})
            assert told["ok"], (one, told)
        if one.letter.endswith(SUFFIX):
            for event in ("session.take_over", *self._say.in_chair):
                told = await socket.ask(event)
                assert told["ok"], (one, event, told)
        return socket

    def _comes_in(self, one: Caller) -> bool:
        letter = one.letter.removesuffix(SUFFIX)
        return not one.other_committee and letter in expected.LIVE_EVENTS["enter"].split()

    async def _not_let_in(self) -> None:
        """Whoever has no cookie that counts gets no connection at all."""
        async with self._office() as office:
            for one in callers.strangers(office.facts):
                await self._connects_not(office, one)
            for membership in callers.ENDED:
                await callers.set_membership(office.world, membership)
                for one in callers.staff(office.facts):
                    if not one.other_committee:
                        await self._connects_not(office, one)

    async def _connects_not(self, office: Office, one: Caller) -> None:
        if await office.connect(one.cookies) is not None:
            self._compare(one, SIGNED_OUT, "connected")

    def _compare(self, one: Caller, want: str, told: str) -> None:
        if told != want:
            self.wrong.append(f"{one}: {told} instead of {want}")
