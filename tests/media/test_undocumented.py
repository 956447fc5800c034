"""The names of pylibsrtp that sealing in place rests on are still there and mean the same."""

import pytest

from server.media import batch_srtp


def test_this_release_can_be_used_in_place() -> None:
    assert batch_srtp.fault() is None


def test_another_binding_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_srtp, "protect", batch_srtp._lib.srtp_add_stream)
    assert "bound in another way" in str(batch_srtp.fault())


def test_a_missing_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_srtp, "unprotect_rtcp", None)
    assert "bound in another way" in str(batch_srtp.fault())


def test_sessions_held_elsewhere_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_srtp, "context", lambda session: None)
    assert "holds its sessions" in str(batch_srtp.fault())


def test_another_outcome_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_srtp, "protect", batch_srtp._lib.srtp_unprotect)
    assert "seals differently" in str(batch_srtp.fault())
