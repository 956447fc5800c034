"""A real server gives a pass to a seat that has entered, to nobody else, and writes none down."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.domain.ids import SeatId
from server.domain.relay import Relay, passes
from server.rehearsal import play
from server.rehearsal.browser import RehearsalError
from tests.support.server import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

URLS = ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp")
SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = {"HEYI_TURN_URLS": ",".join(URLS), "HEYI_TURN_SECRET": SECRET}


async def test_a_pass_comes_with_the_offer_of_a_seat_that_has_entered(tmp_path: Path) -> None:
    more = SETTINGS | {"HEYI_LOG_LEVEL": "debug"}
    async with serving(tmp_path, "--demo", **more) as server, play.cast(server.url) as people:
        await play._register(people)
        worker = people.worker
        with pytest.raises(RehearsalError, match="not_found"):
            await worker.enter("of another case", "seat")
        with pytest.raises(RehearsalError, match="forbidden"):
            await worker.say("media.start")
        await worker.say("enter", session_id=people.session)
        await worker.say("media.start")
        offer = await worker.offers.get()
    (shown,) = offer["ice_servers"]
    expiry = datetime.fromtimestamp(int(shown["username"].split(":")[0]), UTC)
    life = (expiry - datetime.now(UTC)).total_seconds()
    assert 500 < life <= 600
    seat = SeatId(worker.seat["person_id"])
    relay = Relay(urls=URLS, secret=SECRET)
    (expected,) = passes(relay, seat, datetime.fromtimestamp(expiry.timestamp() - 600, UTC))
    assert shown == {
        "urls": list(URLS),
        "username": expected.username,
        "credential": expected.credential,
    }
    said = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert SECRET not in said
    assert shown["credential"] not in said
