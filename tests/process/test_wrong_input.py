"""What an operator set wrongly ends a command in plain words at once, in Chinese and English."""

import socket
from pathlib import Path

import pytest

from server.__main__ import main

COMMANDS = [("serve",), ("app",), ("migrate",), ("backup", "/tmp/none.heyi"), ("renew",), ("keys",)]
ALL = pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
SECRET = "geheim"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of an installation that has not started yet."""
    monkeypatch.setenv("HEYI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HEYI_PORT", "0")
    monkeypatch.setenv("HEYI_MEDIA_PORT", "0")
    return tmp_path / "data"


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


def named(said: str, *names: str) -> None:
    """Fail unless both languages name each of these."""
    chinese, english = said.splitlines()
    assert "。" in chinese
    for name in names:
        assert name in chinese
        assert name in english


@ALL
def test_a_data_folder_that_cannot_be_written(
    words: tuple[str, ...],
    data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.write_text("a file")
    status, said = ended(capsys, monkeypatch, *words, data=data / "below")
    assert status == 2
    named(said, "HEYI_DATA", str(data / "below"))


@ALL
@pytest.mark.parametrize("url", ["foo", "mysql://a:geheim@b/c", "postgresql://a:geheim@b:port/c"])
def test_an_address_that_is_no_database(
    words: tuple[str, ...],
    url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, said = ended(capsys, monkeypatch, *words, database_url=url)
    assert status == 2
    named(said, "HEYI_DATABASE_URL", "PostgreSQL")
    assert SECRET not in said


def test_a_database_that_is_down(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = f"postgresql://a:{SECRET}@127.0.0.1:1/x"
    status, said = ended(capsys, monkeypatch, "migrate", database_url=away)
    assert status == 1
    named(said, "HEYI_DATABASE_URL", "127.0.0.1")
    assert SECRET not in said


@pytest.mark.parametrize("command", ["serve", "app"])
@pytest.mark.parametrize("missing", ["cert", "key"])
def test_a_file_of_tls_that_is_missing(
    command: str,
    missing: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {f"tls_{name}": tmp_path / name for name in ("cert", "key")}
    (tmp_path / ("key" if missing == "cert" else "cert")).write_text("PEM")
    status, said = ended(capsys, monkeypatch, command, **files)
    assert status == 2
    named(said, f"HEYI_TLS_{missing.upper()}", str(tmp_path / missing))


def test_files_of_tls_that_hold_nothing_of_the_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pem"
    file.write_text("PEM")
    status, said = ended(capsys, monkeypatch, "serve", tls_cert=file, tls_key=file)
    assert status == 2
    named(said, "HEYI_TLS_CERT", "HEYI_TLS_KEY")


@pytest.mark.parametrize("command", ["serve", "app"])
def test_a_port_that_somebody_has(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, said = ended(capsys, monkeypatch, command, port=port)
    assert status == 2
    named(said, "HEYI_PORT", str(port))


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
@pytest.mark.parametrize("address", ["", "127.0.0.1", "::1"])
def test_a_port_of_media_that_somebody_has(
    kind: socket.SocketKind,
    address: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as other:
        other.bind(("::1" if ":" in address else "127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        how = {"media_port": port, "media_host": address}
        status, said = ended(capsys, monkeypatch, "serve", **how)
    assert status == 2
    named(said, "HEYI_MEDIA_PORT", str(port))


@pytest.mark.parametrize("limit", ["-1", "0", "nan", "inf", "soon"])
def test_a_time_that_is_none(
    limit: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = ended(capsys, monkeypatch, "drain", f"--limit={limit}")
    assert status == 2
    assert said.splitlines() == [
        f"heyi: {limit}：请写大于 0 的秒数。",
        f"heyi: {limit}: set a number of seconds above 0",
    ]


@pytest.mark.parametrize("words", [("drain", "--worker=-1"), ("renew", "--limit=-1")])
def test_a_number_that_is_none(
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, said = ended(capsys, monkeypatch, *words)
    assert status == 2
    assert said.splitlines() == [
        "heyi: -1：请写 0 或正整数。",
        "heyi: -1: set a whole number, 0 or more",
    ]
