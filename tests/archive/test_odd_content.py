"""Whatever a stranger writes into a record's JSON is judged and told, and raises nothing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from server.archive.presented import judge_presented
from server.archive.report_text import as_json, as_text
from server.archive.verifier import verify_files
from server.documents.inspection import inspect
from server.documents.stamp_facts import read_stamp
from server.domain.signing_route import SigningRoute
from server.domain.verification import Kind
from server.ports.inspection import PdfFacts
from tests.archive.attacks.conftest import sealed
from tests.archive.attested import CHEN, LIN, attested_parts, by_route, ink, spoken
from tests.archive.example import TOOLS, Files, Office
from tests.archive.two_people import Both, parts_by_two

_inspected: list[PdfFacts] = []


def inspect_one(pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
    """Return the facts of the first PDF for any: it is not what is bent here."""
    if not _inspected:
        _inspected.append(inspect(pdf, locked_size, anchors))
    return _inspected[0]


LENIENT = replace(
    TOOLS,
    inspect=inspect_one,
    read_stamp=cache(read_stamp),
    check_signature=lambda *_: True,
)
"""Takes every signature for good: who made a record may sign what he likes."""

DEEP = b"[" * 5_000 + b"]" * 5_000
EARLIEST, LATEST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.000Z"
ODD: tuple[object, ...] = (
    *(None, 2**60, 1.5, "\ud800", [], {}, [[]], [{}]),
    *(EARLIEST, LATEST, "0001-01-01T00:00:00.000Z"),
)


def told(files: dict[str, bytes]) -> None:
    report = verify_files(files, LENIENT)
    for text in (as_text(report, "zh"), as_text(report, "en")):
        assert text.encode()
    assert json.dumps(as_json(report), ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def records(office: Office) -> dict[str, Files]:
    said, own = spoken()
    named = {"chunks": 1, "head_sha256": "ab" * 32, "id": "recording-1"}
    said = replace(said, saw={**said.saw, "recording": named})
    aloud = attested_parts(office, by_route(SigningRoute.WITNESSED, CHEN), said, own)
    paper = attested_parts(office, by_route(SigningRoute.WET_INK, CHEN, LIN), ink())
    made = {"two": parts_by_two(office, Both()), "aloud": aloud, "paper": paper}
    return {name: sealed(parts, office)[0] for name, parts in made.items()}


SEEN = (
    ("two", "manifest.json"),
    ("two", "agreement.json"),
    ("two", "log.jsonl"),
    ("two", "signatures/person-lin/statement.json"),
    ("two", "attested/01-release_seal/statement.json"),
    ("two", "attested/02-confirm_seal/statement.json"),
    ("paper", "attested/01-compare_paper/statement.json"),
    ("paper", "log/proofs.json"),
    ("aloud", "attested/01-record_declaration/statement.json"),
)


@pytest.mark.drawn
@pytest.mark.parametrize(("record", "name"), SEEN)
def test_any_value_in_any_place_is_told(record: str, name: str, records: dict[str, Files]) -> None:
    whole = records[record]
    for changed in bent(whole[name]):
        told({**whole, name: changed})


@pytest.mark.parametrize(("record", "name"), SEEN)
def test_what_is_nested_too_deep_is_told(record: str, name: str, records: dict[str, Files]) -> None:
    whole = records[record]
    told({**whole, name: DEEP})
    told({**whole, name: whole[name].replace(b'":"', b'":%b,"z":"' % DEEP[4_000:6_000], 1)})


@pytest.mark.parametrize("case", [DEEP, b'{"case":{"id":"\\ud800"}}', b'{"case":{"id":[]}}'])
def test_the_case_of_a_pdf_is_read_or_left(case: bytes) -> None:
    tools = replace(TOOLS, inspect=lambda *_: PdfFacts(readable=True, attachment=case))
    found = judge_presented(b"%PDF-1.7", tools)
    assert (found.kind, found.case_id) == (Kind.PDF, "")


def test_a_stamp_whose_certificate_never_ends_is_told(files: Files) -> None:
    without_end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    def lasting(pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
        found = inspect(pdf, locked_size, anchors)
        return replace(found, stamps=tuple(replace(o, until=without_end) for o in found.stamps))

    report = verify_files(files, replace(LENIENT, inspect=lasting))
    assert "2025-03-14 加盖，有效至 9999-12-31" in as_text(report, "zh")


def bent(content: bytes) -> Iterator[bytes]:
    """Yield the content with each odd value in each place, in the form that is signed."""
    lines = content.splitlines()
    last = json.loads(lines[-1])
    for place in places(last):
        for odd in ODD:
            yield b"\n".join([*lines[:-1], plain(put(last, place, odd))])


def places(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield every place; of a list, and of things that are alike, the first alone."""
    yield at
    if isinstance(value, dict):
        alike = len(value) > 1 and all(isinstance(inner, dict) for inner in value.values())
        for key, inner in list(value.items())[: 1 if alike else None]:
            yield from places(inner, (*at, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*at, 0))


def put(value: object, place: tuple[str | int, ...], odd: object) -> object:
    if not place:
        return odd
    first, rest = place[0], place[1:]
    if isinstance(value, dict):
        return {**value, first: put(value[first], rest, odd)}
    assert isinstance(value, list)
    return [put(value[0], rest, odd), *value[1:]]


def plain(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
