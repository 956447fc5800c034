"""What an operator set wrongly ends a command in plain words at once, in Chinese and English."""

import pytest

from server.__main__ import main


def ended(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str, **how: object
) -> tuple[int, str]:
    """Return the status and the words with which a command ended."""
    for name, value in how.items():
        monkeypatch.setenv(f"HEYI_{name.upper()}", str(value))
    status = main(words)
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return status, said.err


def test_a_setting_that_cannot_work_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = ended(capsys, monkeypatch, "serve", notify="webhook", public_url="foo")
    assert status == 2
    chinese, english = said.splitlines()
    assert chinese == "heyi: 设置有误：HEYI_PUBLIC_URL。请对照 docs/settings.md 改正后再试。"
    assert english.startswith("heyi: HEYI_PUBLIC_URL: set it to https://name")
