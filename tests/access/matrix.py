"""Asks every question of one route and says which answers are not the expected ones."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from server.api.endpoint import Route, Who
from tests.access import callers, expected
from tests.access.asks import ASKS, MOMENTS_OF, Ask
from tests.access.callers import Caller
from tests.access.office import Office, Reply, open_office
from tests.access.prepare import Facts, Preparation

ALLOWED, FORBIDDEN, NOT_FOUND, SIGNED_OUT = "allowed", "forbidden", "not_found", "signed_out"
_THINGS = ("{case_id}", "{record_id}", "{staff_id}")
_FOLDERS = count()


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


def outcome(reply: Reply) -> str:
    """Return the class of an answer; what is neither yes nor a refusal of access as it is."""
    if 200 <= reply.status < 300:
        return ALLOWED
    classes = {
        (401, SIGNED_OUT): SIGNED_OUT,
        (403, FORBIDDEN): FORBIDDEN,
        (404, NOT_FOUND): NOT_FOUND,
    }
    return classes.get((reply.status, reply.code), f"{reply.status} {reply.code}")


class Matrix:
    """The questions about one route, each asked of an untouched office."""

    def __init__(self, prepared: Preparation, folder: Path, route: Route, **site: object) -> None:
        self._prepared = prepared
        self._folder = folder
        self._route = route
        self._site = site
        self._row = ASKS[key(route)]
        self.wrong: list[str] = []

    async def of_staff(self, allowed: str) -> list[str]:
        """Return what is wrong about a route of the staff."""
        letters = frozenset(allowed.split())
        facts = self._facts()
        everybody = callers.staff(facts)
        no = [(one, self._for_staff(one, letters)) for one in everybody]
        no += [(one, SIGNED_OUT) for one in callers.other_kind(facts, of_staff=True)]
        no += [(one, SIGNED_OUT) for one in callers.strangers(facts)]
        await self._refused([(one, want) for one, want in no if want != ALLOWED], letters)
        await self._allowed([one for one, want in no if want == ALLOWED])
        await self._ended(letters)
        return self.wrong

    async def of_seats(self, allowed: str) -> list[str]:
        """Return what is wrong about a route of the seats."""
        letters = frozenset(allowed.split())
        facts = self._facts()
        everybody = callers.people(facts)
        no_one = expected.NOT_THEIRS.get(key(self._route), FORBIDDEN)
        no = [(one, ALLOWED if one.letter in letters else no_one) for one in everybody]
        no += [(one, SIGNED_OUT) for one in callers.other_kind(facts, of_staff=False)]
        no += [(one, SIGNED_OUT) for one in callers.strangers(facts)]
        await self._refused([(one, want) for one, want in no if want != ALLOWED], letters)
        await self._allowed([one for one, want in no if want == ALLOWED])
        return self.wrong

    async def of_anybody(self, allowed: str) -> list[str]:
        """Return what is wrong about a route that asks for no cookie, or for its own secret."""
        facts = self._facts()
        everybody = [*callers.strangers(facts), *callers.people(facts), *callers.staff(facts)]
        if allowed == expected.EVERYBODY:
            few = [one for one in everybody if one.letter in {"nobody", "expired", "P", "M"}]
            await self._allowed(few)
            return self.wrong
        letters = frozenset(allowed.split())
        refused = SIGNED_OUT if letters else FORBIDDEN
        await self._refused([(c, refused) for c in everybody if c.letter not in letters], letters)
        await self._allowed([one for one in everybody if one.letter in letters])
        return self.wrong

    def _facts(self, moment: str = "") -> Facts:
        return self._prepared.facts[moment or self._row.moment]

    def _for_staff(self, one: Caller, letters: frozenset[str]) -> str:
        if not one.other_committee:
            return ALLOWED if one.letter in letters else FORBIDDEN
        role = {one.letter, one.letter.rstrip("'"), one.letter + "'"}
        if not role & letters:
            return FORBIDDEN
        return NOT_FOUND if any(t in self._route.path for t in _THINGS) else ALLOWED

    @asynccontextmanager
    async def _office(self, moment: str = "") -> AsyncIterator[Office]:
        moment = moment or self._row.moment
        folder = self._folder / f"office-{next(_FOLDERS)}"
        facts = self._facts(moment)
        prepared = self._prepared.folder(moment)
        async with open_office(prepared, folder, facts, **self._site) as office:
            yield office

    async def _ask(self, office: Office, one: Caller, ask: Ask) -> str:
        method, url = self._route.method, ask.url(self._route.path)
        return outcome(await office.ask(method, url, cookies=one.cookies, **ask.body()))

    async def _refused(
        self, questions: Iterable[tuple[Caller, str]], letters: frozenset[str]
    ) -> None:
        """Ask all who are to be refused, of one office that must not change by it."""
        rightful = sorted(letters)[0] if letters else "M"
        async with self._office() as office:
            ask = await self._row.build(office, rightful)
            before = office.dump()
            for one, want in questions:
                self._compare(one, want, await self._ask(office, one, ask))
            if office.dump() != before:
                self.wrong.append("a refused request changed the database")

    async def _allowed(self, askers: Iterable[Caller]) -> None:
        """Ask each who may, of an office of his own."""
        for one in askers:
            moment = MOMENTS_OF.get((key(self._route), one.letter), "")
            async with self._office(moment) as office:
                ask = await self._row.build(office, one.letter)
                fresh = callers.caller(one.letter, office.facts) if moment else one
                self._compare(one, ALLOWED, await self._ask(office, fresh, ask))

    async def _ended(self, letters: frozenset[str]) -> None:
        """Ask everybody as long as he is not, or no longer, an active member."""
        async with self._office() as office:
            ask = await self._row.build(office, sorted(letters)[0])
            for membership in callers.ENDED:
                await callers.set_membership(office.world, membership)
                before = office.dump()
                for one in callers.staff(office.facts):
                    if not one.other_committee:
                        told = await self._ask(office, one, ask)
                        self._compare(one, SIGNED_OUT, told, membership)
                if office.dump() != before:
                    self.wrong.append(f"a request of {membership} staff changed the database")

    def _compare(self, one: Caller, want: str, told: str, more: str = "") -> None:
        if told != want:
            self.wrong.append(f"{one} {more}: {told} instead of {want}".replace(" :", ":"))


async def ask_all(prepared: Preparation, folder: Path, route: Route, **site: object) -> list[str]:
    """Return every cell of a route's line that is not as expected."""
    matrix = Matrix(prepared, folder, route, **site)
    name = key(route)
    match route.who:
        case Who.STAFF:
            return await matrix.of_staff(expected.STAFF_ROUTES[name])
        case Who.SEAT:
            return await matrix.of_seats(expected.SEAT_ROUTES[name])
        case Who.ANYBODY:
            return await matrix.of_anybody(expected.OPEN_ROUTES[name])
