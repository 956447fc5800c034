"""Every setting is explained to the people who run Heyi, in the words the code has for it."""

import pytest

from server.config import load
from server.setting_forms import SettingsError
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


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"media_workers": 0}, "HEYI_MEDIA_REMOTE"),
        ({"media_remote": "10.0.0.7:7443"}, "HEYI_MEDIA_SECRET"),
        ({"media_remote": "10.0.0.7", "media_secret": "x" * 32}, "name:port"),
        ({"media_remote": "10.0.0.7:70000", "media_secret": "x" * 32}, "name:port"),
        ({"media_remote": "10.0.0.7:7443", "media_secret": "x" * 31}, "32"),
        ({"media_port": 65_535, "media_workers": 2}, "ports"),
        ({"media_secret_file": "/nowhere/at/all"}, "HEYI_MEDIA_SECRET_FILE"),
    ],
)
def test_media_workers_that_cannot_be_are_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        load(**changes)


@pytest.mark.parametrize(
    ("host", "address", "lost"),
    [
        ("0.0.0.0", "203.0.113.7,2001:db8::7", "2001:db8::7"),
        ("192.0.2.8", "2001:db8::7", "2001:db8::7"),
        ("media.example", "2001:db8::7", "2001:db8::7"),
        ("2001:db8::8", "2001:db8::7,203.0.113.7", "203.0.113.7"),
    ],
)
def test_phones_are_told_no_address_that_the_worker_does_not_serve(
    host: str, address: str, lost: str
) -> None:
    why = f"HEYI_MEDIA_HOST: {host} does not serve {lost} of HEYI_MEDIA_ADDRESS: set it to ::"
    with pytest.raises(SettingsError, match=why):
        load(media_host=host, media_address=address)
    assert load(media_host="::", media_address=address).media_bind == "::"


def test_far_media_workers_are_read_in_their_order() -> None:
    settings = load(media_remote="far.example:7443, [fd00::7]:1", media_secret="s" * 32)
    assert settings.remote == (("far.example", 7443), ("fd00::7", 1))
    assert "ssss" not in repr(settings)


TOKEN = {"keys": "pkcs11", "pkcs11_module": "/m.so", "pkcs11_token": "t", "pkcs11_pin": "1234"}


def test_a_token_is_named_as_a_whole() -> None:
    assert load(**TOKEN).pkcs11 == {"module": "/m.so", "label": "t", "pin": "1234"}
    assert load(**{**TOKEN, "keys": "files"}).pkcs11 == {}
    for name in ("pkcs11_module", "pkcs11_token", "pkcs11_pin"):
        with pytest.raises(SettingsError, match="HEYI_PKCS11_MODULE"):
            load(**{one: said for one, said in TOKEN.items() if one != name})
