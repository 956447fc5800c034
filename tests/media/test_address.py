"""What a phone is told to send to."""

import socket
from pathlib import Path
from typing import Any

import pytest

from server.__main__ import main
from server.media.address import UnknownAddressError, announced


@pytest.mark.parametrize(
    ("bound", "wanted", "told"),
    [
        ("127.0.0.1", "", ("127.0.0.1",)),
        ("0.0.0.0", "203.0.113.7", ("203.0.113.7",)),
        ("::", "2001:db8::7, 203.0.113.7", ("2001:db8::7", "203.0.113.7")),
    ],
)
def test_the_set_address_is_told(bound: str, wanted: str, told: tuple[str, ...]) -> None:
    assert announced(bound, wanted) == told


@pytest.mark.allow_hosts(["192.0.2.1"])  # a route is looked up, nothing is sent
def test_listening_everywhere_tells_a_real_address() -> None:
    (address,) = announced("0.0.0.0", "")
    assert address != "0.0.0.0"


def test_a_name_that_does_not_resolve_names_its_setting() -> None:
    with pytest.raises(UnknownAddressError, match="HEYI_MEDIA_ADDRESS"):
        announced("127.0.0.1", "no-such-name.invalid")


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        ("0.0.0.0", ("203.0.113.7",)),
        ("::", ("2001:db8::7", "203.0.113.7")),
        ("2001:db8::8", ("2001:db8::7",)),
    ],
)
def test_of_a_name_phones_are_told_what_is_served(
    bound: str, told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving("2001:db8::7", "203.0.113.7"))
    assert announced(bound, "media.example") == told


def test_a_name_that_leads_nowhere_served_names_the_setting_to_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving("2001:db8::7"))
    monkeypatch.setenv("HEYI_DATA", str(tmp_path))
    monkeypatch.setenv("HEYI_MEDIA_ADDRESS", "media.example")
    assert main(["media"]) == 2
    said = capsys.readouterr().err
    assert "media.example is 2001:db8::7, which 0.0.0.0 does not serve: set HEYI_MEDIA_HOST" in said


def resolving(*addresses: str) -> Any:
    """Return a resolver that finds these for every name."""
    return lambda *name, **rest: [(0, 0, 0, "", (one, 0)) for one in addresses]
