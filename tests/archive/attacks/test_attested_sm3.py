"""What staff attest tells SM3 beside SHA-256, and a wrong one is noticed by all three judges."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain.attested import CONFIRM_SEAL, read_attested
from server.domain.record import RecordAttestation
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.test_attested import INK, judged
from tests.archive.attested import anew, attested_parts, ink
from tests.archive.example import Office, told
from tests.archive.two_people import Both, parts_by_two

WRONG = "0" * 64
Bent = Callable[[RecordAttestation], Mapping[str, Any]]


def seen(given: RecordAttestation) -> dict[str, Any]:
    return dict(read_attested(given.statement).saw)


def one_scan(sm3: object) -> Bent:
    def bent(given: RecordAttestation) -> Mapping[str, Any]:
        first, *others = seen(given)["pages"]
        return {"saw": {**seen(given), "pages": [{**first, "sm3": sm3}, *others]}}

    return bent


def with_the_right_one_elsewhere(name: str) -> Bent:
    """Tell it truly in what was seen, where nobody should look for it."""

    def bent(given: RecordAttestation) -> Mapping[str, Any]:
        right = getattr(read_attested(given.statement), name)
        assert right not in (None, WRONG)
        return {name: WRONG, "saw": {**seen(given), name: right}}

    return bent


ON_PAPER: dict[str, tuple[Bent, set[str]]] = {
    "nothing": (lambda _: {}, set()),
    "pdf_sm3": (lambda _: {"pdf_sm3": WRONG}, {"same_text"}),
    "key_sm3": (lambda _: {"key_sm3": WRONG}, {"signatures"}),
    "another pdf_sm3 elsewhere": (with_the_right_one_elsewhere("pdf_sm3"), {"same_text"}),
    "another key_sm3 elsewhere": (with_the_right_one_elsewhere("key_sm3"), {"signatures"}),
    "another key_sha256 elsewhere": (with_the_right_one_elsewhere("key_sha256"), {"signatures"}),
    "another agreement_sm3 elsewhere": (
        with_the_right_one_elsewhere("agreement_sm3"),
        {"same_text"},
    ),
    "agreement_sm3, by a number": (lambda _: {"agreement_sm3": 0}, {"same_text"}),
    "a scan": (one_scan(WRONG), {"signatures"}),
    "a scan, by null": (one_scan(None), {"signatures"}),
}


@pytest.mark.drawn
@pytest.mark.parametrize("name", ON_PAPER)
def test_another_sm3_beside_a_right_sha256_of_what_was_compared(
    name: str, office: Office, tmp_path: Path
) -> None:
    """Everything but this digest is right, and signed by whom it should be."""
    bent, wrong = ON_PAPER[name]
    parts = attested_parts(office, INK, ink())
    (given,) = parts.attestations
    parts = told(replace(parts, attestations=(anew(office, given, **bent(given)),)))
    found = judged(sealed(parts, office)[0], tmp_path / "record")
    assert [one - {"everybody_signed"} for one in found] == [wrong] * 3
    assert [bool(one) for one in found] == [bool(wrong)] * 3


def _of_the_release(sm3: object) -> Bent:
    def bent(given: RecordAttestation) -> Mapping[str, Any]:
        found = seen(given)
        return {"saw": {**found, "release_sm3": sm3}} if given.purpose == CONFIRM_SEAL else {}

    return bent


BY_TWO: dict[str, tuple[Bent, set[str]]] = {
    "nothing": (lambda _: {}, set()),
    "pdf_sm3": (lambda _: {"pdf_sm3": WRONG}, {"same_text", "two_people"}),
    "key_sm3": (lambda _: {"key_sm3": WRONG}, {"signatures", "two_people"}),
    "the release": (_of_the_release(WRONG), {"two_people"}),
    "the release, by null": (_of_the_release(None), {"two_people"}),
}


@pytest.mark.drawn
@pytest.mark.parametrize("name", BY_TWO)
def test_another_sm3_beside_a_right_sha256_of_who_released_and_confirmed(
    name: str, office: Office, tmp_path: Path
) -> None:
    bent, wrong = BY_TWO[name]
    parts = parts_by_two(office, Both(), lambda given: anew(office, given, **bent(given)))
    assert judged(sealed(parts, office)[0], tmp_path / "record") == (frozenset(wrong),) * 3


def _of_before(given: RecordAttestation) -> Mapping[str, Any]:
    found = seen(given)
    found.pop("release_sm3", None)
    if "pages" in found:
        found["pages"] = [{k: v for k, v in one.items() if k != "sm3"} for one in found["pages"]]
    return {"pdf_sm3": None, "key_sm3": None, "saw": found}


def test_attestations_of_before_verify_as_they_did(office: Office, tmp_path: Path) -> None:
    by_two = parts_by_two(office, Both(), lambda one: anew(office, one, **_of_before(one)))
    paper = attested_parts(office, INK, ink())
    old = tuple(anew(office, one, **_of_before(one)) for one in paper.attestations)
    for name, parts in (("two", by_two), ("paper", told(replace(paper, attestations=old)))):
        own = [one.statement.replace(b'"agreement_sm3":', b"") for one in parts.attestations]
        assert not any(b"sm3" in one for one in own)
        assert judged(sealed(parts, office)[0], tmp_path / name) == (frozenset(),) * 3
