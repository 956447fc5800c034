"""Where OpenSSL has no SM2, the start says so; nothing is made or passed without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.__main__ import main
from server.documents import libcrypto
from server.documents.key_words import SAID as TOKEN_SAID
from server.documents.suites import P256, SM2
from server.domain.suites import NoSm2Error
from server.upkeep import SAID


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(libcrypto, "LIBRARY", "libcrypto.so.nowhere")
    libcrypto.loaded.cache_clear()
    yield
    libcrypto.loaded.cache_clear()


@pytest.mark.usefixtures("lacking")
def test_the_start_refuses_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEYI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HEYI_SIGNATURE_SUITE", "sm2-sm3")
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.splitlines() == list(SAID["no_sm2"])
    assert not (tmp_path / "data").exists()


def test_a_token_is_refused_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"DATA": str(tmp_path / "data"), "KEYS": "pkcs11", "SIGNATURE_SUITE": "sm2-sm3"}
    token = {"PKCS11_MODULE": "/nowhere.so", "PKCS11_TOKEN": "heyi", "PKCS11_PIN": "1234"}
    for name, value in (said | token).items():
        monkeypatch.setenv(f"HEYI_{name}", value)
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.splitlines() == list(TOKEN_SAID["no_sm2"])


@pytest.mark.usefixtures("lacking")
def test_without_it_no_key_is_made_and_nothing_verified() -> None:
    for asked in (SM2.by, SM2.made_key, lambda: SM2.verify(b"", b"m", b"s")):
        with pytest.raises(NoSm2Error):
            asked()


@pytest.mark.usefixtures("lacking")
def test_a_library_without_sm2_is_told_from_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoSm2Error) as refused:
        libcrypto.loaded()
    assert refused.value.facts == {"reason": "no_library"}
    monkeypatch.setattr(libcrypto, "LIBRARY", "libcrypto.so.3")
    monkeypatch.setattr(libcrypto, "SM2", b"no such curve")
    with pytest.raises(NoSm2Error) as refused:
        libcrypto.loaded()
    assert refused.value.facts == {"reason": "built_without"}


def test_what_computes_a_suite_is_named() -> None:
    assert SM2.by().startswith("software, OpenSSL 3.")
    assert P256.by() == "cryptography"
