"""A relay's pass opens one seat's way for ten minutes and names nobody."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from hypothesis import given, strategies as st

from server.domain.ids import SeatId
from server.domain.relay import Relay, passes

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RELAY = Relay(urls=("turn:turn.example.org:3478?transport=udp",), secret="a" * 32)
SEATS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8, max_size=40)


def test_without_a_relay_there_is_no_pass() -> None:
    assert passes(Relay(), SeatId("seat"), NOW) == ()


@given(SEATS)
def test_a_pass_is_what_coturn_computes(seat: str) -> None:
    (one,) = passes(RELAY, SeatId(seat), NOW)
    expiry, name = one.username.split(":")
    assert int(expiry) == int(NOW.timestamp()) + 600
    # RFC 2104 with SHA-1 and base64, as turnserver(1) describes --use-auth-secret.
    expected = hmac.new(RELAY.secret.encode(), one.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(one.credential) == expected
    assert one.urls == RELAY.urls
    assert seat not in name


@given(SEATS, SEATS)
def test_a_name_tells_seats_apart_and_stays(one: str, other: str) -> None:
    later = NOW.replace(hour=11)
    names = [
        passes(RELAY, SeatId(seat), at)[0].username.split(":")[1]
        for seat, at in ((one, NOW), (one, later), (other, NOW))
    ]
    assert names[0] == names[1]
    assert (names[0] == names[2]) == (one == other)


def test_neither_secret_nor_credential_is_printed() -> None:
    (one,) = passes(RELAY, SeatId("seat-1"), NOW)
    assert RELAY.secret not in repr(RELAY)
    assert one.credential not in repr(one)
