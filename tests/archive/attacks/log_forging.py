"""What who holds the seal's key does to what no signer signs, and to the log that tells of it.

He cannot sign the checkpoint of the log of all cases again with other entries below it: he leaves
it out, as if the record had been sealed before there was one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from server.archive.media_log import START, chain_on
from server.domain.canonical import canonical_json, sha256_hex
from server.domain.inclusion import CHECKPOINT_STAMP, INCLUSION, STAMP_ROOT
from server.domain.record import (
    CONSENTS,
    IDENTITY,
    LOG,
    MANIFEST,
    Manifest,
    log_lines,
    manifest_bytes,
    read_manifest,
)
from server.domain.session_log import Entry, chain, happened
from tests.archive.attacks.forging import Files, Scene, attack, inside
from tests.archive.example import CASE

Bodies = list[dict[str, Any]]
RECORDING = "recordings/rec-1.jsonl"
PROVING = {*INCLUSION, CHECKPOINT_STAMP, STAMP_ROOT}


def relogged(files: Mapping[str, bytes], bend: Callable[[Bodies], Bodies]) -> Files:
    """Return the files with a whole chain of what `bend` makes of the log, and no proof of it."""
    bodies = [json.loads(line)["body"] for line in files[LOG].splitlines()]
    entries: tuple[Entry, ...] = ()
    for body in bend(bodies):
        what = happened(body["kind"], body["actor"], **body["facts"])
        at = datetime.fromisoformat(body["at"])
        entries = (*entries, chain(CASE, entries[-1] if entries else None, what, at))
    kept = {name: content for name, content in files.items() if name not in PROVING}
    claimed = _claiming(kept, log_head=entries[-1].hash)
    return {**claimed, LOG: log_lines(entries)}


def manifest_of_chunks(*contents: bytes) -> tuple[bytes, str]:
    """Return a recording's manifest of so many chunks, and the chain after the last."""
    lines, head = [b'{"base":"00","prev":"' + START.encode() + b'"}\n'], START
    for i, content in enumerate(contents):
        plain, cipher = sha256_hex(content), sha256_hex(content * 2)
        head = chain_on(head, i, plain, cipher)
        said = {"i": i, "len": 9, "plain": plain, "cipher": cipher, "chain": head, "t": 1}
        lines.append(canonical_json(said) + b"\n")
    return b"".join(lines), head


def recorded(files: Mapping[str, bytes], manifest: bytes, **head: object) -> Files:
    """Return the files with a recording and a log that tells of it as `head` says."""
    body = {"kind": "recording.head", "actor": "system", "facts": {"recording": "rec-1", **head}}
    told = relogged(files, lambda log: [*log[:-2], {**body, "at": log[-3]["at"]}, *log[-2:]])
    return {**told, RECORDING: manifest}


def _claiming(files: Mapping[str, bytes], **claims: object) -> Files:
    manifest: Manifest = replace(read_manifest(files[MANIFEST]), **claims)  # type: ignore[arg-type]  # by name
    return {**files, MANIFEST: manifest_bytes(manifest)}


def _facts(kind: str, **otherwise: object) -> Callable[[Bodies], Bodies]:
    """Return what has the log tell otherwise in its entries of a kind."""
    return lambda log: [
        {**body, "facts": {**body["facts"], **otherwise}} if body["kind"] == kind else body
        for body in log
    ]


@attack("log_tells")
@inside
def identity_checks_exchanged(scene: Scene) -> Files:
    checks = json.loads(scene.files[IDENTITY])
    return {**scene.files, IDENTITY: canonical_json([{**checks[0], "result": "differs"}])}


@attack("log_tells")
@inside
def consents_taken_out(scene: Scene) -> Files:
    return {**scene.files, CONSENTS: canonical_json([])}


@attack("log_tells")
@inside
def number_of_another_agreement(scene: Scene) -> Files:
    return _claiming(scene.files, number="湖禾人调字〔2025〕第999号")


@attack("log_tells")
@inside
def committee_of_another_name(scene: Scene) -> Files:
    return _claiming(scene.files, committee_name="别的人民调解委员会")


@attack("log_tells")
@inside
def sealed_months_later(scene: Scene) -> Files:
    sealed_at = read_manifest(scene.files[MANIFEST]).sealed_at + timedelta(days=90)
    return _claiming(scene.files, sealed_at=sealed_at)


@attack("log_tells")
@inside
def in_effect_months_before(scene: Scene) -> Files:
    day = read_manifest(scene.files[MANIFEST]).effective_on - timedelta(days=90)
    return _claiming(scene.files, effective_on=day)


@attack("log_tells")
@inside
def log_that_ends_at_the_lock(scene: Scene) -> Files:
    return relogged(scene.files, lambda log: log[:4])


@attack("log_tells")
@inside
def log_without_a_signature(scene: Scene) -> Files:
    first = 4  # the lock and what was before
    return relogged(scene.files, lambda log: [*log[:first], *log[first + 1 :]])


@attack("log_tells")
@inside
def log_of_another_lock(scene: Scene) -> Files:
    return relogged(scene.files, _facts("agreement.locked", digest="0" * 64))


@attack("log_tells")
@inside
def log_of_another_pdf(scene: Scene) -> Files:
    return relogged(scene.files, _facts("agreement.locked", pdf_sha256="0" * 64))


@attack("log_tells")
@inside
def log_of_another_seal(scene: Scene) -> Files:
    return relogged(scene.files, _facts("seal.applied", record="record-18"))


@attack("log_tells")
@inside
def log_of_a_seal_on_another_text(scene: Scene) -> Files:
    return relogged(scene.files, _facts("seal.applied", digest="0" * 64))


@attack("log_tells")
@inside
def log_of_another_effect(scene: Scene) -> Files:
    return relogged(scene.files, _facts("agreement.effective", record="record-18"))


@attack("log_tells")
@inside
def recording_nobody_made(scene: Scene) -> Files:
    return {**scene.files, RECORDING: b"junk\n"}


@attack("log_tells")
@inside
def recording_of_other_chunks(scene: Scene) -> Files:
    manifest, _ = manifest_of_chunks(b"one", b"two")
    _, head = manifest_of_chunks(b"one", b"other")
    return recorded(scene.files, manifest, chunks=2, head=head)


@attack("log_tells")
@inside
def recording_with_a_chunk_exchanged(scene: Scene) -> Files:
    """The chain's values are as they were: none of them follows from what is told beside it."""
    manifest, head = manifest_of_chunks(b"one", b"two")
    bent = manifest.replace(sha256_hex(b"one").encode(), sha256_hex(b"other").encode())
    return recorded(scene.files, bent, chunks=2, head=head)


@attack("log_tells")
@inside
def recording_cut_short(scene: Scene) -> Files:
    manifest, _ = manifest_of_chunks(b"one")
    return recorded(scene.files, manifest, chunks=2, head=manifest_of_chunks(b"one", b"two")[1])
