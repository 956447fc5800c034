"""Whose keys staff attest with: their own of this very record, and never one for two people."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.archive.package import package
from server.documents.suites import P256, SM2, P256Key, SignatureSuite
from server.domain.record import RecordParts
from server.domain.signing_route import SigningRoute
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_shell, told_by_page
from tests.archive.attacks.test_attested import Files, judged
from tests.archive.attested import CHEN, attested_parts, by_key, by_route, spoken
from tests.archive.example import Office, told
from tests.archive.two_people import Both, parts_by_two

SU, JIANG = "staff-su", "staff-jiang"
"""Mediator and recorder, who sign the agreement."""
OWN = P256Key.made()
ALOUD = by_route(SigningRoute.WITNESSED, CHEN)


@pytest.fixture(scope="module")
def aloud(office: Office) -> RecordParts:
    return attested_parts(office, ALOUD, *spoken(), keys={SU: OWN.key})


def by_mediator(parts: RecordParts, suite: SignatureSuite | None) -> RecordParts:
    """Return it with the declaration recorded by the mediator: with a new key, or his own."""
    key = suite.made_key() if suite else OWN
    recorded, witnessed = parts.attestations
    return told(replace(parts, attestations=(by_key(recorded, key, attester_id=SU), witnessed)))


def test_a_mediator_attests_with_the_key_of_his_own_signature(
    aloud: RecordParts, office: Office, tmp_path: Path
) -> None:
    own = sealed(by_mediator(aloud, None), office)[0]
    assert judged(own, tmp_path / "own") == (frozenset(),) * 3
    other = sealed(by_mediator(aloud, P256), office)[0]
    heyi, page, shell = judged(other, tmp_path / "other")
    assert heyi == page == {"signatures", "everybody_signed"}
    assert shell == {"signatures"}


def test_a_server_that_went_over_to_another_suite_has_another_key_for_him(
    aloud: RecordParts, office: Office, tmp_path: Path
) -> None:
    files = sealed(by_mediator(aloud, SM2), office)[0]
    assert judged(files, tmp_path / "sm2") == (frozenset(),) * 3


@pytest.mark.parametrize("same", ["person", "key"])
def test_nobody_records_and_witnesses_and_no_key_is_two_peoples(
    same: str, aloud: RecordParts, office: Office, tmp_path: Path
) -> None:
    recorded, witnessed = aloud.attestations
    key = P256.made_key()
    both = by_key(recorded, key), by_key(witnessed, key)
    if same == "person":
        both = recorded, by_key(witnessed, key, attester_id="su")
    files = sealed(told(replace(aloud, attestations=both)), office)[0]
    assert judged(files, tmp_path / "one") == (frozenset({"everybody_signed"}),) * 3


def test_a_release_by_another_key_than_the_mediators_is_none(
    office: Office, tmp_path: Path
) -> None:
    parts = parts_by_two(
        office,
        Both(),
        lambda given: by_key(given, P256.made_key(), attester_id=named(given.purpose)),
    )
    wrong = frozenset({"signatures", "two_people"})
    assert judged(sealed(parts, office)[0], tmp_path / "other") == (wrong,) * 3


def named(purpose: str) -> str:
    return SU if purpose == "release_seal" else "he"


@pytest.mark.parametrize("signature", [b"0", None], ids=["no signatures", "signatures"])
def test_two_people_in_sm2_are_told_by_who_can_check_it_alone(
    signature: bytes | None, office: Office, tmp_path: Path
) -> None:
    parts = parts_by_two(office, Both(), lambda given: by_key(given, SM2.made_key(), signature))
    files: Files = sealed(parts, office)[0]
    (tmp_path / "record.zip").write_bytes(package("record-17", files))
    (told,) = told_by_page([Bend(zip=tmp_path / "record.zip")])
    (fact,) = [one for one in told["facts"] if one["code"] == "two_people"]
    assert (fact["holds"], fact.get("both")) == (None, None)
    wrong = frozenset() if signature is None else frozenset({"signatures", "two_people"})
    assert by_heyi(files) - {"archive_stamp", "log_stamped"} == wrong
    assert by_shell(files, tmp_path / "record") == wrong
