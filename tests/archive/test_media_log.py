"""Recordings on disk: sealed, chained, only added to, and honest about what is missing."""

import json
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.archive.media_log import (
    START,
    SegmentWriter,
    chain_on,
    manifest_bytes,
    opened_chunks,
    read_segments,
)
from server.archive.recorder import CHUNK, FLUSH_S, Recorder
from server.archive.recordings import check
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordingId
from server.ports.recording import RecordingState
from server.system import SystemClock
from tests.support.clock import FakeClock

ONE = RecordingId("recording-1")
KEY = bytes(range(32))
ORDER = {"recording": ONE, "key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}


def write(folder: Path, *contents: bytes, close: bool = True) -> SegmentWriter:
    writer = SegmentWriter(folder, ONE, KEY, chance=os.urandom)
    for t, content in enumerate(contents):
        writer.write(content, t)
    if close:
        writer.close()
    else:
        writer.leave()
    return writer


def test_what_was_written_comes_back_with_the_key_alone(tmp_path: Path) -> None:
    write(tmp_path, b"first words", b"second words")
    assert list(opened_chunks(tmp_path, ONE, KEY)) == [(0, b"first words"), (0, b"second words")]
    assert list(opened_chunks(tmp_path, ONE, bytes(32))) == []
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.*"))
    assert b"words" not in kept


def test_the_chain_is_what_the_format_says_and_goes_on_in_the_next_segment(tmp_path: Path) -> None:
    write(tmp_path, b"one")
    second = write(tmp_path, b"two")
    lines = [
        json.loads(line)
        for path in sorted(tmp_path.rglob("*.manifest"))
        for line in path.read_bytes().splitlines()
    ]
    chunks = [line for line in lines if "i" in line]
    head = START
    for i, line in enumerate(chunks):
        assert line["i"] == i
        head = chain_on(head, i, line["plain"], line["cipher"])
        assert line["chain"] == head
    assert second.head == head
    assert len({line["base"] for line in lines if "base" in line}) == 2
    assert check(tmp_path, ONE).chain == tuple(line["chain"] for line in chunks)
    assert check(tmp_path, ONE).state is RecordingState.WHOLE


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _log(folder: Path) -> Path:
    return next(folder.rglob("0000.log"))


def _manifest(folder: Path) -> Path:
    return next(folder.rglob("0000.manifest"))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: _flip(_log(folder)),
        lambda folder: _flip(_manifest(folder)),
        lambda folder: _log(folder).write_bytes(_log(folder).read_bytes()[:-1]),
        lambda folder: _log(folder).unlink(),
    ],
    ids=["media", "manifest", "shortened", "gone"],
)
def test_a_changed_byte_is_found(tmp_path: Path, change: Callable[[Path], object]) -> None:
    write(tmp_path, b"one" * 100, b"two" * 100)
    change(tmp_path)
    assert check(tmp_path, ONE).state is RecordingState.DAMAGED


def test_an_interruption_costs_what_was_not_written_and_nothing_before(tmp_path: Path) -> None:
    write(tmp_path, b"one", b"two", close=False)
    with _log(tmp_path).open("ab") as log:
        log.write(b"half a chunk")
    with _manifest(tmp_path).open("ab") as manifest:
        manifest.write(b'{"i": 2, "le')
    assert check(tmp_path, ONE).state is RecordingState.CUT_SHORT
    write(tmp_path, b"three")
    assert [content for _, content in opened_chunks(tmp_path, ONE, KEY)] == [
        b"one",
        b"two",
        b"three",
    ]
    assert check(tmp_path, ONE).state is RecordingState.CUT_SHORT


_WRONG: dict[str, tuple[str, object]] = {
    "no digit": ("cipher", "g" * 64),
    "a digit too few": ("plain", "0" * 63),
    "spaces": ("chain", "0 " * 32),
    "no text": ("chain", 0),
    "another numeral": ("plain", "\uff10" * 64),
    "a number below none": ("i", -1),
    "a huge number": ("i", 1 << 64),
    "all of the file": ("len", -1),
    "a huge size": ("len", 1 << 80),
    "more than there is": ("len", 1 << 40),
    "a huge time": ("t", 1 << 80),
    "depth": ("extra", "DEEP"),
}


@pytest.mark.parametrize(("field", "value"), _WRONG.values(), ids=_WRONG)
def test_a_line_that_no_writer_writes_is_damage(tmp_path: Path, field: str, value: object) -> None:
    write(tmp_path, b"one", b"two")
    manifest = _manifest(tmp_path)
    lines = manifest.read_text().splitlines(keepends=True)
    changed = json.dumps(json.loads(lines[1]) | {field: value}) + "\n"
    lines[1] = changed.replace('"DEEP"', "[" * 100_000)
    manifest.write_text("".join(lines))
    assert check(tmp_path, ONE).state is RecordingState.DAMAGED


@pytest.mark.parametrize("field", ["base", "prev"])
def test_a_first_line_that_no_writer_writes_is_damage(tmp_path: Path, field: str) -> None:
    write(tmp_path)
    manifest = _manifest(tmp_path)
    lines = manifest.read_text().splitlines(keepends=True)
    lines[0] = json.dumps(json.loads(lines[0]) | {field: ""}) + "\n"
    manifest.write_text("".join(lines))
    assert check(tmp_path, ONE).state is RecordingState.DAMAGED


def test_a_manifest_is_told_without_the_line_that_was_torn(tmp_path: Path) -> None:
    write(tmp_path, b"one", close=False)
    whole = _manifest(tmp_path).read_bytes()
    with _manifest(tmp_path).open("ab") as manifest:
        manifest.write(b'{"chain":"0","i":1,"le')
    write(tmp_path, b"two")
    second = _manifest(tmp_path).with_name("0001.manifest").read_bytes()
    assert manifest_bytes(tmp_path, ONE, 1) == whole
    assert manifest_bytes(tmp_path, ONE, 9) == whole + second
    header, chunk, _ = second.splitlines(keepends=True)
    assert manifest_bytes(tmp_path, ONE, 2) == whole + header + chunk


def test_nothing_is_missing_where_nothing_was(tmp_path: Path) -> None:
    assert check(tmp_path, ONE).state is RecordingState.MISSING
    assert read_segments(tmp_path, ONE) == ()


def test_a_name_that_is_no_name_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError):
        SegmentWriter(tmp_path, RecordingId("../other"), KEY, chance=os.urandom)


def sized(batch: bytes) -> bytes:
    return len(batch).to_bytes(4, "big") + batch


def test_batches_stay_whole_and_chunks_below_a_mebibyte_or_so(tmp_path: Path) -> None:
    told: list[str] = []
    batches = [bytes([n]) * 300_000 for n in range(9)]
    stream = json.dumps(ORDER).encode() + b"\n" + b"".join(map(sized, batches))
    source = tmp_path / "pipe"
    source.write_bytes(stream)
    handle = os.open(source, os.O_RDONLY)
    Recorder(tmp_path / "media", FakeClock(), os.urandom, told.append).run(handle)
    os.close(handle)
    chunks = [content for _, content in opened_chunks(tmp_path / "media", ONE, KEY)]
    assert b"".join(chunks) == b"".join(batches)
    assert all(len(chunk) % 300_000 == 0 and len(chunk) < CHUNK + 300_000 for chunk in chunks)
    assert json.loads(told[-1])["chunks"] == len(chunks)


def test_a_second_s_worth_is_lost_at_most() -> None:
    assert FLUSH_S == 1.0


def test_what_is_said_is_on_disk_a_second_later_while_the_recording_goes_on(tmp_path: Path) -> None:
    told: queue.Queue[str] = queue.Queue()
    source, sink = os.pipe()
    recorder = Recorder(tmp_path, SystemClock(), os.urandom, told.put)
    writing = threading.Thread(target=recorder.run, args=(source,))
    writing.start()
    try:
        begun = time.monotonic()
        os.write(sink, json.dumps(ORDER).encode() + b"\n" + sized(b"one"))
        assert json.loads(told.get(timeout=3))["chunks"] == 1
        took = time.monotonic() - begun
        written = [content for _, content in opened_chunks(tmp_path, ONE, KEY)]
    finally:
        os.close(sink)
        writing.join()
        os.close(source)
    assert written == [b"one"]
    assert 1.0 <= took < 2.0
