"""People who sign and seal one agreement over HTTP, and ask again after every interruption."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.signing import Phone, base64_of
from tests.torture.office import Office, Ready

CUT = (aiohttp.ClientError, ConnectionError)
"""What a browser sees of a server that died."""
AGAIN = {"signing_busy", "conflict"}
SEAL = "seal"


class RefusedError(Exception):
    """The server's answer was a refusal: its status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class Signing:
    """One agreement on its way. `confirmed`: the signers, and the seal, the server said yes to."""

    office: Office
    ready: Ready
    confirmed: list[str] = field(default_factory=list)
    told: Callable[[], None] = lambda: None
    _statements: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def sealed(self) -> bool:
        """Whether the seal was confirmed."""
        return SEAL in self.confirmed

    @property
    def steps(self) -> tuple[str, ...]:
        """Whose signatures it takes, in their order, and the seal."""
        return (*self.signers, "su", "jiang", SEAL)

    @property
    def next(self) -> str:
        """The first step that was not confirmed; the seal once all are."""
        return next((name for name in self.steps if name not in self.confirmed), SEAL)

    async def go_on(self, url: str, until: str = SEAL) -> None:
        """Do what is left up to a step; raises one of CUT when the server dies on the way."""
        async with aiohttp.ClientSession(headers={"Origin": url}) as http:
            for name in self.steps:
                if name not in self.confirmed:
                    await self._do(_Line(http, url), name)
                    self.confirmed.append(name)
                    self.told()
                if name == until:
                    return

    @property
    def signers(self) -> Mapping[str, Phone]:
        """The parties' phones by whose signature they make."""
        return {str(phone.invitation.person_id): phone for phone in self.ready.phones}

    async def _do(self, line: "_Line", name: str) -> None:
        try:
            if name in self.signers:
                await self._sign(line, self.signers[name])
            else:
                await self._press(line, name)
        except RefusedError as refused:
            # Signed before the answer was lost: what is there is looked at, not believed.
            if name == SEAL or refused.code != "wrong_state":
                raise

    async def _press(self, line: "_Line", name: str) -> None:
        login, act = ("he", "seal") if name == SEAL else (name, "sign")
        path = f"/api/cases/{self.ready.case_id}/agreement/{act}"
        cookie = f"__Host-heyi-staff={self.office.consoles[login]}"
        await line.ask(cookie, path, {"pdf_sha256": self.ready.pdf_sha256})

    async def _sign(self, line: "_Line", phone: Phone) -> None:
        cookie = f"__Host-heyi-seat={phone.token}"
        ask = await self._statement(line, cookie, phone)
        turn = await line.ask(cookie, "/api/seat/signing", ask)
        if turn["attributes"] is None:
            return
        answer = {
            "statement_id": ask["statement_id"],
            "epoch": turn["epoch"],
            "signature": phone.raw(base64.b64decode(turn["attributes"])),
        }
        try:
            await line.ask(cookie, "/api/seat/signing/finish", answer)
        except RefusedError as refused:
            if refused.code != "turn_lost":
                raise
            await self._sign(line, phone)

    async def _statement(self, line: "_Line", cookie: str, phone: Phone) -> dict[str, Any]:
        person = str(phone.invitation.person_id)
        form = {
            "pdf_sha256": self.ready.pdf_sha256,
            "public_key": phone.public_key,
            "handwriting_sha256": hashlib.sha256(phone.handwriting).hexdigest(),
            "strokes_sha256": hashlib.sha256(phone.strokes.encode()).hexdigest(),
        }
        if person not in self._statements:
            given = await line.ask(cookie, "/api/seat/signing/statement", form)
            self._statements[person] = given["id"], given["statement"]
        statement, text = self._statements[person]
        return {
            "statement_id": statement,
            "signature": phone.raw(text.encode()),
            "handwriting_png": base64_of(phone.handwriting),
            "strokes": phone.strokes,
            "seal_scan": self.ready.scans.get(person),
        }


@dataclass(frozen=True)
class _Line:
    http: aiohttp.ClientSession
    url: str

    async def ask(self, cookie: str, path: str, body: Mapping[str, object]) -> Any:
        """Return the answer; ask again where the server says so."""
        headers = {"Cookie": cookie}
        while True:
            async with self.http.post(self.url + path, json=body, headers=headers) as answer:
                if answer.content_type != "application/json":  # a mistake of the server's
                    raise RefusedError(answer.status, await answer.text())
                told = await answer.json()
                if answer.status == 200:
                    return told
            if told["code"] not in AGAIN:
                raise RefusedError(answer.status, told["code"])
