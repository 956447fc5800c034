"""What is said before a start is neither more nor less strict than the start itself."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from server.config import load
from server.folders import expect_folder
from server.setting_forms import SettingsError
from server.starting import expect_web_port

Socket = Callable[..., socket.socket]


def _without(*families: socket.AddressFamily) -> Socket:
    opened = socket.socket

    def opens(family: int = socket.AF_INET, *more: int) -> socket.socket:
        if family in families:
            raise OSError(97, "Address family not supported by protocol")
        return opened(family, *more)

    return opens


def _named(*families: socket.AddressFamily) -> Callable[..., list[tuple[object, ...]]]:
    places = {socket.AF_INET: ("127.0.0.1", 0), socket.AF_INET6: ("::1", 0, 0, 0)}
    return lambda *_, **__: [(f, socket.SOCK_STREAM, 6, "", places[f]) for f in families]


def test_a_family_that_the_machine_lacks_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _named(socket.AF_INET6, socket.AF_INET))
    monkeypatch.setattr(socket, "socket", _without(socket.AF_INET6))
    expect_web_port(load(host="localhost"))
    monkeypatch.setattr(socket, "getaddrinfo", _named(socket.AF_INET6))
    with pytest.raises(SettingsError, match="HEYI_HOST"):
        expect_web_port(load(host="localhost"))


def test_a_folder_below_one_that_may_not_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", _forbidden)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(SettingsError, match="HEYI_DATA"):
        expect_folder(load(data=tmp_path / "shut" / "data"))


def _forbidden(_: Path) -> bool:
    raise PermissionError
