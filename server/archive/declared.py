"""Judges what a declaration before witnesses says of its recording, against log and manifest."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.archive.attestations import Attested
from server.domain.attested import RECORD_DECLARATION
from server.domain.record import LOG
from server.domain.record_form import PLAIN
from server.domain.verification import Fact, fact_of

CODE = "declared_recording"
_TOLD = "recording"
_DIGEST, _NAME = re.compile("[0-9a-f]{64}"), re.compile(PLAIN)
_MOST = 10**15
"""No recording has as many chunks."""


class _Named(NamedTuple):
    """A recording as far as a declaration names it."""

    recording: str
    chunks: int
    head: str

    @property
    def logged(self) -> bytes:
        """Return what stands in the log's entry of that head."""
        facts = f'{{"chunks":{self.chunks},"head":"{self.head}","recording":"{self.recording}"}}'
        return f'"facts":{facts},"kind":"recording.head"'.encode()


def declared_recording(files: Mapping[str, bytes], found: Sequence[Attested]) -> Fact | None:
    """Return whether what declarations say of being recorded is so; None where none says it.

    A recording is named as the log has it and, where its manifest is here, as that has it.
    `facts` count the declarations that say it, and those that were recorded.
    """
    told = [(one.statement_name, said[_TOLD]) for one in found if (said := _seen(one))]
    if not told:
        return None
    bad = [name for name, said in told if said is not None and not _is_so(files, said)]
    recorded = sum(said is not None for _, said in told)
    return fact_of(CODE, bad, declarations=len(told), recorded=recorded)


def _seen(one: Attested) -> Mapping[str, object]:
    """Return what a declaration saw that tells of its recording; those of before do not."""
    said = one.statement
    if said is None or said.purpose != RECORD_DECLARATION or _TOLD not in said.saw:
        return {}
    return said.saw


def _is_so(files: Mapping[str, bytes], said: object) -> bool:
    named = _named(said)
    if named is None or named.logged not in files.get(LOG, b""):
        return False
    manifest = files.get(f"recordings/{named.recording}.jsonl")
    return manifest is None or any(_of_chunk(line, named) for line in manifest.split(b"\n"))


def _of_chunk(line: bytes, named: _Named) -> bool:
    own = f'{{"chain":"{named.head}",'.encode()
    return line.startswith(own) and f',"i":{named.chunks - 1},'.encode() in line


def _named(said: object) -> _Named | None:
    match said:
        case {"chunks": bool()}:
            return None
        case {"chunks": int(chunks), "head_sha256": str(head), "id": str(recording)}:
            sound = _DIGEST.fullmatch(head) and _NAME.fullmatch(recording)
            return _Named(recording, chunks, head) if sound and 0 < chunks < _MOST else None
        case _:
            return None
