"""The undocumented names of aiortc and pylibsrtp are still there and mean the same."""

import pytest

from server.media import undocumented


def test_this_release_can_be_used_in_place() -> None:
    assert undocumented.fault() is None


def test_another_binding_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "protect", undocumented._lib.srtp_add_stream)
    assert "bound in another way" in str(undocumented.fault())


def test_a_missing_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "unprotect_rtcp", None)
    assert "bound in another way" in str(undocumented.fault())


def test_sessions_held_elsewhere_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "context", lambda session: None)
    assert "holds its sessions" in str(undocumented.fault())


def test_another_outcome_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "protect", undocumented._lib.srtp_unprotect)
    assert "seals differently" in str(undocumented.fault())
