"""What a declaration says of its recording is held against log and manifest, by all three."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from server.archive.media_log import manifest_bytes
from server.archive.report_text import as_text
from server.archive.verifier import verify_files
from server.domain.ids import RecordingId
from server.domain.record import RecordParts
from server.domain.session_log import happened
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import TOOLS, Bend, told_by_page
from tests.archive.attacks.test_attested import ALOUD, Files, judged
from tests.archive.attested import Said, anew, attested_parts, spoken
from tests.archive.example import Office, told
from tests.support import films

ONE = RecordingId("recording-1")
FACT = "declared_recording"
WRONG = frozenset({FACT})


@dataclass(frozen=True, kw_only=True)
class Made:
    """A record with a recording of two chunks, whose log tells of both."""

    parts: RecordParts
    heads: tuple[str, str]

    def named(self, **changes: Any) -> dict[str, Any]:
        """Return the recording as the server names it."""
        at = "2025-03-14T03:30:00.000Z"
        said = {"chunks": 2, "head_sha256": self.heads[1], "id": ONE, "started_at": at}
        return {**said, "stopped_at": None, **changes}

    def files(self, office: Office, said: object, **changes: Any) -> Files:
        """Return the record of a declaration that says this of its recording."""
        first, *others = self.parts.attestations
        session = {"closed_at": None, "id": "s", "opened_at": "2025-03-14T03:00:00.000Z"}
        saw = {**spoken()[0].saw, "recording": said, "session": session}
        attestations = (anew(office, first, saw=saw), *others)
        return self.sealed(replace(self.parts, attestations=attestations, **changes), office)

    def sealed(self, parts: RecordParts, office: Office) -> Files:
        """Return the record with a log that tells of it, and how far the recording came."""
        heads = (
            happened("recording.head", "system", recording=ONE, chunks=chunks, head=head)
            for chunks, head in enumerate(self.heads, 1)
        )
        return sealed(told(parts, *heads), office)[0]


@pytest.fixture(scope="module")
def made(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Made:
    media = tmp_path_factory.mktemp("media")
    heads = films.write_film(media, ONE, "seat"), films.write_film(media, ONE, "seat")
    said: tuple[Said, Said] = spoken()
    parts = attested_parts(office, ALOUD, *said)
    recordings = {str(ONE): manifest_bytes(media, ONE, 2)}
    return Made(parts=replace(parts, recordings=recordings), heads=heads)


def test_a_declaration_that_says_how_it_was_recorded_holds_and_is_told(
    made: Made, office: Office, tmp_path: Path
) -> None:
    for name, said, recorded in (("named", made.named(), 1), ("none", None, 0)):
        files = made.files(office, said)
        assert judged(files, tmp_path / name) == (frozenset(),) * 3
        report = verify_files(files, TOOLS)
        (fact,) = [one for one in report.facts if one.code == FACT]
        assert dict(fact.facts) == {"declarations": 1, "recorded": recorded}
        assert f"declarations aloud: 1, recorded: {recorded}" in as_text(report, "en")
        (page,) = told_by_page([Bend(zip=tmp_path / name / "record.zip")])
        (line,) = [one for one in page["facts"] if one["code"] == FACT]
        assert line["declared"] == {"declarations": 1, "recorded": recorded}


def test_an_earlier_head_is_as_good_and_so_is_one_whose_manifest_is_lost(
    made: Made, office: Office, tmp_path: Path
) -> None:
    earlier = made.named(chunks=1, head_sha256=made.heads[0])
    for name, files in (
        ("earlier", made.files(office, earlier)),
        ("lost", made.files(office, made.named(), recordings={})),
    ):
        assert judged(files, tmp_path / name) == (frozenset(),) * 3


def test_of_a_declaration_of_before_nothing_is_said(
    made: Made, office: Office, tmp_path: Path
) -> None:
    files = made.sealed(made.parts, office)
    assert judged(files, tmp_path / "before") == (frozenset(),) * 3
    assert FACT not in {one.code for one in verify_files(files, TOOLS).facts}


ODD: dict[str, Callable[[Made], object]] = {
    "another head": lambda made: made.named(head_sha256="ab" * 32),
    "the head of another chunk": lambda made: made.named(chunks=1),
    "another recording": lambda made: made.named(id="recording-2"),
    "chunks in words": lambda made: made.named(chunks="2"),
    "a pattern": lambda made: made.named(id="*"),
    "nothing in it": lambda _: {},
    "a list": lambda made: [made.named()],
    "false": lambda _: False,
}


@pytest.mark.parametrize("name", ODD)
def test_what_neither_log_nor_manifest_says_is_found(
    name: str, made: Made, office: Office, tmp_path: Path
) -> None:
    files = made.files(office, ODD[name](made))
    assert judged(files, tmp_path / "odd") == (WRONG,) * 3


def test_a_manifest_that_says_otherwise_than_the_log_is_found(
    made: Made, office: Office, tmp_path: Path
) -> None:
    (manifest,) = made.parts.recordings.values()
    other = manifest.replace(made.heads[1].encode(), b"cd" * 32)
    files = made.files(office, made.named(), recordings={str(ONE): other})
    assert judged(files, tmp_path / "manifest") == (WRONG | {"log_tells"},) * 3
