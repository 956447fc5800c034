"""A simulated member of staff at the console."""

from typing import Any

from server.rehearsal import story
from server.rehearsal.browser import Browser
from server.rehearsal.peer import Peer


class Desk(Browser):
    """One console."""

    def __init__(self, url: str, account: story.Account) -> None:
        super().__init__(url, account.name)
        self.account = account
        self.peer: Peer | None = None
        self.me: dict[str, Any] = {}

    async def close(self) -> None:
        """End media and connections."""
        if self.peer is not None:
            await self.peer.close()
        await super().close()

    async def sign_in(self) -> None:
        """Sign in with the printed password and the authenticator's six digits."""
        staff = (await self.ask("GET", "/api/demo/codes"))["staff"]
        asked = {
            "login": self.account.login,
            "password": self.account.password,
            "totp": staff[self.account.login],
        }
        self.me = await self.ask("POST", "/api/staff/sign-in", asked)

    @property
    def id(self) -> str:
        """The own staff id."""
        return str(self.me["staff"]["id"])

    async def join(self, session_id: str, shade: int) -> None:
        """Take the seat in the room, with sound and picture."""
        await self.enter(session_id, "staff")
        self.peer = Peer(shade)
        await self.peer.join(self)

    async def check(self, seat: str) -> None:
        """Compare face and document, and record that they match."""
        await self.say("identity.check", seat=seat, document="resident_identity_card", matches=True)
