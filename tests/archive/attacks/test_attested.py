"""Records signed in ink or before witnesses: the three judges agree, whole or forged."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.archive.package import package
from server.archive.verifier import verify_files
from server.domain.attested import WITNESS_DECLARATION
from server.domain.signing_route import SigningRoute
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import (
    BEYOND_THE_PAGE,
    TOOLS,
    Bend,
    Found,
    by_heyi,
    by_page,
    by_shell,
)
from tests.archive.attested import CHEN, LIN, Said, anew, attested_parts, by_route, ink, spoken
from tests.archive.example import Office, told
from tests.archive.test_verifier import resigned

Files = dict[str, bytes]
COMPARISON = "attested/01-compare_paper"
INK = by_route(SigningRoute.WET_INK, CHEN, LIN)
ALOUD = by_route(SigningRoute.WITNESSED, CHEN)


@pytest.fixture(scope="session")
def paper(office: Office) -> Files:
    return sealed(attested_parts(office, INK, ink()), office)[0]


@pytest.fixture(scope="session")
def aloud(office: Office) -> Files:
    return sealed(attested_parts(office, ALOUD, *spoken()), office)[0]


def judged(files: Files, folder: Path) -> tuple[Found, Found, Found]:
    """Return what heyi verify, the page and the shell find wrong, of what all can judge."""
    folder.mkdir()
    (folder / "record.zip").write_bytes(package("record-17", files))
    (page,) = by_page([Bend(zip=folder / "record.zip")])
    shell = by_shell(files, folder / "record")
    return by_heyi(files) - BEYOND_THE_PAGE, page, shell


def test_whole_records_hold_by_every_judge_and_say_their_route(
    paper: Files, aloud: Files, tmp_path: Path
) -> None:
    for name, files in (("paper", paper), ("aloud", aloud)):
        assert judged(files, tmp_path / name) == (frozenset(),) * 3
    told = [(one.signer_id, one.route) for one in verify_files(paper, TOOLS).signers]
    assert told[:2] == [(CHEN, "wet_ink"), (LIN, "wet_ink")]
    assert [route for _, route in told[2:]] == ["electronic", "electronic"]
    first = verify_files(aloud, TOOLS).signers[0]
    assert (first.route, first.attested_by) == ("witnessed", ("苏慧珍", "江一帆"))


Forge = Callable[[Files], Files]
FORGED: dict[str, tuple[Forge, set[str]]] = {
    "another scan in its place": (
        lambda files: {**files, "paper/01.jpg": files["paper/01.jpg"] + b"!"},
        {"signatures", "everybody_signed"},
    ),
    "a comparison changed afterwards": (
        lambda files: _changed(files, b'"fingerprint":true', b'"fingerprint":null'),
        {"signatures", "everybody_signed", "log_tells"},
    ),
    "a compared scan left out": (
        lambda files: {n: c for n, c in files.items() if n != "paper/02.pdf"},
        {"signatures", "everybody_signed"},
    ),
    "no comparison at all": (
        lambda files: {n: c for n, c in files.items() if not n.startswith(COMPARISON)},
        {"everybody_signed"},
    ),
}


def test_a_purpose_is_what_is_signed_and_no_name_of_a_folder(
    aloud: Files, paper: Files, office: Office, tmp_path: Path
) -> None:
    """Two witnesses without the record of the declaration, under the folder's name of one."""
    said = Said(by="su", purpose=WITNESS_DECLARATION, signers=(CHEN,), saw=spoken()[0].saw)
    bare = sealed(attested_parts(office, ALOUD, said, spoken()[1]), office)[0]
    renamed = moved(bare, "01-witness_declaration", "01-record_declaration")
    found = judged(resigned(renamed, office), tmp_path / "renamed")
    assert found == (frozenset({"everybody_signed"}),) * 3
    for name, files in (("aloud", aloud), ("paper", paper)):
        other = moved(files, "01-", "01-other-")
        assert judged(resigned(other, office), tmp_path / name) == (frozenset(),) * 3


def moved(files: Files, folder: str, other: str) -> Files:
    old, new = f"attested/{folder}", f"attested/{other}"
    return {name.replace(old, new): content for name, content in files.items()}


def _changed(files: Files, old: bytes, new: bytes) -> Files:
    name = f"{COMPARISON}/statement.json"
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


@pytest.mark.parametrize("name", FORGED)
def test_forged_paper_is_found_though_the_committee_signs_it(
    name: str, paper: Files, office: Office, tmp_path: Path
) -> None:
    forge, wrong = FORGED[name]
    heyi, page, shell = judged(resigned(forge(paper), office), tmp_path / "forged")
    assert heyi == page == wrong
    assert shell & wrong
    assert shell <= wrong | {"signatures"}


def test_a_bare_line_and_a_witness_heard_twice_are_not_enough(
    office: Office, tmp_path: Path
) -> None:
    bare = sealed(attested_parts(office, INK, ink(fingerprint=False)), office)[0]
    assert judged(bare, tmp_path / "bare") == (frozenset({"everybody_signed"}),) * 3
    alone = sealed(attested_parts(office, ALOUD, spoken()[0]), office)[0]
    assert judged(alone, tmp_path / "alone") == (frozenset({"everybody_signed"}),) * 3
    twice = sealed(attested_parts(office, ALOUD, *spoken("马护士")), office)[0]
    assert judged(twice, tmp_path / "twice") == (frozenset({"everybody_signed"}),) * 3


@pytest.mark.drawn
@pytest.mark.parametrize("name", ["苏慧珍", '苏"慧\\珍* ', "Ō'Brien\n[慧]"])
def test_who_recorded_is_no_witness_of_what_he_recorded(
    name: str, office: Office, tmp_path: Path
) -> None:
    found = judged(by_recorder(office, name, name), tmp_path / "himself")
    assert found == (frozenset({"everybody_signed"}),) * 3
    for number, other in enumerate((f"{name}之友", name[:-1], "*")):
        files = by_recorder(office, name, other)
        assert judged(files, tmp_path / f"another {number}") == (frozenset(),) * 3


def by_recorder(office: Office, name: str, witness: str) -> Files:
    """Return the record of a declaration that somebody of that name heard with a witness."""
    record, own = spoken()
    heard = record.saw["witnesses"]
    assert isinstance(heard, list)
    friend = {"name": witness, "relation": "友", "words": "听到。"}
    said = replace(record, saw={**record.saw, "witnesses": [*heard, friend]})
    parts = attested_parts(office, ALOUD, said, own)
    first, *others = parts.attestations
    named = anew(office, first, attester_name=name)
    return sealed(told(replace(parts, attestations=(named, *others))), office)[0]


def test_a_comparison_of_another_version_is_of_another_text(
    paper: Files, office: Office, tmp_path: Path
) -> None:
    other = attested_parts(office, replace(INK, text_version=9), ink())
    stolen = {n: c for n, c in sealed(other, office)[0].items() if n.startswith(COMPARISON)}
    found = judged(resigned({**paper, **stolen}, office), tmp_path / "stolen")
    assert found[0] == found[1] == {"same_text", "everybody_signed", "log_tells"}
    assert "same_text" in found[2]
