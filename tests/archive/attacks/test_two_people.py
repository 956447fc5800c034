"""Records that two people sealed: the three judges agree and name both, whole or forged."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from server.archive.report_text import as_text
from server.archive.verifier import verify_files
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import TOOLS, told_by_shell
from tests.archive.attacks.test_attested import Files, judged
from tests.archive.example import Office, record_parts, told
from tests.archive.test_verifier import resigned
from tests.archive.two_people import Both, parts_by_two
from tests.documents.example import SEALED_AT

TWO = {"two_people"}
RELEASE, CONFIRM = "attested/01-release_seal", "attested/02-confirm_seal"


@pytest.fixture(scope="session")
def by_two(office: Office) -> Files:
    return sealed(parts_by_two(office, Both()), office)[0]


def test_a_record_sealed_by_two_holds_and_names_both(
    by_two: Files, office: Office, tmp_path: Path
) -> None:
    assert judged(by_two, tmp_path / "whole") == (frozenset(),) * 3
    (fact,) = [one for one in verify_files(by_two, TOOLS).facts if one.code in TWO]
    named = dict(fact.facts)
    assert (named["released_by"], named["sealed_by"]) == ("苏慧珍", "何敏")
    for text in (
        as_text(verify_files(by_two, TOOLS), "zh"),
        told_by_shell(by_two, tmp_path / "shell"),
    ):
        assert text.index("苏慧珍") < text.index("何敏")


def test_a_record_sealed_by_one_says_nothing_of_two(office: Office) -> None:
    files = sealed(record_parts(office), office)[0]
    assert "two_people" not in {one.code for one in verify_files(files, TOOLS).facts}


WRONG = {
    "one person for both": Both(second="su"),
    "a release after the seal": Both(released_at=SEALED_AT + timedelta(minutes=1)),
    "a release that had ended": Both(until=SEALED_AT - timedelta(minutes=1)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_two_people_did_wrongly_is_found(name: str, office: Office, tmp_path: Path) -> None:
    files = sealed(parts_by_two(office, WRONG[name]), office)[0]
    assert judged(files, tmp_path / "wrong") == (frozenset(TWO),) * 3


Forge = Callable[[Files], Files]


def _without(*folders: str) -> Forge:
    return lambda files: {n: c for n, c in files.items() if not n.startswith(folders)}


def _bent(files: Files) -> Files:
    name = f"{RELEASE}/statement.json"
    return {**files, name: files[name].replace(b'"su"', b'"xu"')}


FORGED: dict[str, tuple[Forge, set[str]]] = {
    "no release": (_without(RELEASE), TWO),
    "no confirmation": (_without(CONFIRM), TWO),
    "neither": (_without(RELEASE, CONFIRM), TWO),
    "a release changed afterwards": (_bent, {"signatures", "log_tells", *TWO}),
}


@pytest.mark.drawn
@pytest.mark.parametrize("name", FORGED)
def test_forged_approvals_are_found_though_the_committee_signs_them(
    name: str, by_two: Files, office: Office, tmp_path: Path
) -> None:
    forge, wrong = FORGED[name]
    assert judged(resigned(forge(by_two), office), tmp_path / "forged") == (frozenset(wrong),) * 3


def test_a_release_that_the_log_does_not_name_is_none(office: Office, tmp_path: Path) -> None:
    parts = parts_by_two(office, Both())
    files = sealed(told(parts, lock={"two_to_seal": True}), office)[0]
    assert judged(files, tmp_path / "unlogged") == (frozenset(TWO),) * 3


def test_a_release_of_another_version_is_of_another_text(
    by_two: Files, office: Office, tmp_path: Path
) -> None:
    other = sealed(parts_by_two(office, Both()), office)[0]
    stolen = {n: c for n, c in other.items() if n.startswith(RELEASE)}
    found = judged(resigned({**by_two, **stolen}, office), tmp_path / "stolen")
    assert all(one >= TWO for one in found)
