"""Every setting is explained to the people who run Heyi, in the words the code has for it."""

import pytest

from server.config import SettingsError, load
from tests.architecture.settings_page import rows, written


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    assert written().splitlines() == rows().splitlines(), "run: make generated"


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYI_PROT", "8081")
    with pytest.raises(SettingsError, match="HEYI_PROT"):
        load()


TURN = "turn:turn.example.org:3478?transport=udp, turns:turn.example.org:443?transport=tcp"


def test_turn_servers_are_read_in_their_order() -> None:
    settings = load(turn_urls=TURN, turn_secret="0123456789abcdef")
    assert settings.turn == tuple(TURN.split(", "))
    assert "0123456789abcdef" not in repr(settings)
    assert load().turn == ()


@pytest.mark.parametrize(
    ("urls", "secret"),
    [
        (TURN, ""),
        ("", "0123456789abcdef"),
        (TURN, "short"),
        ("stun:stun.example.org", "0123456789abcdef"),
        ("turn:turn.example.org?transport=tls", "0123456789abcdef"),
        ("https://turn.example.org", "0123456789abcdef"),
    ],
)
def test_half_a_turn_setting_is_refused(urls: str, secret: str) -> None:
    with pytest.raises(SettingsError, match="HEYI_TURN"):
        load(turn_urls=urls, turn_secret=secret)
