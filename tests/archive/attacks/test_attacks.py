"""What is done to a record, and that all three judges find it, or say that they do not judge."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from server.archive import evidence, log_tells, session_log, verifier
from server.archive.package import package
from server.archive.verifier import verify_files
from server.domain import session_log as domain_log
from server.domain.record import RecordParts
from server.ports.inspection import PdfFacts
from tests.archive.attacks import judges, log_forging, pdf_forging
from tests.archive.attacks.forging import ATTACKS, NOT_BY_SHELL, Attack, Files
from tests.archive.attacks.judges import (
    BEYOND_THE_PAGE,
    SCRIPT,
    TOOLS,
    Bend,
    Found,
    by_heyi,
    by_page,
    by_shell,
    fingerprint,
    told_by_page,
)
from tests.support.sampling import taken_of

Forged = dict[str, Files]
pytestmark = pytest.mark.timeout(300)
assert all((pdf_forging.__name__, log_forging.__name__)), "their attacks are kept beside the others"


@pytest.fixture(scope="session")
def packed(forged: Forged, tmp_path_factory: pytest.TempPathFactory) -> list[Bend]:
    folder = tmp_path_factory.mktemp("forged")
    for name, files in forged.items():
        (folder / f"{name}.zip").write_bytes(package("record-17", files))
    return [Bend(zip=folder / f"{name}.zip") for name in forged]


def for_page(one: Attack) -> Found:
    return one.heyi - BEYOND_THE_PAGE if one.page is None else one.page


def for_shell(one: Attack) -> Found:
    return one.heyi - NOT_BY_SHELL if one.shell is None else one.shell


def found_by_heyi(forged: Forged) -> dict[str, Found]:
    return {name: by_heyi(files) for name, files in forged.items()}


def test_heyi_verify_finds_every_forgery(forged: Forged) -> None:
    assert found_by_heyi(forged) == {name: one.heyi for name, one in ATTACKS.items()}


def test_the_page_finds_what_heyi_verify_finds(packed: list[Bend]) -> None:
    found = dict(zip(ATTACKS, by_page(packed), strict=True))
    assert found == {name: for_page(one) for name, one in ATTACKS.items()}


def found_by_shell(forged: Forged, folder: Path) -> dict[str, Found]:
    with ThreadPoolExecutor() as several:
        asked = {n: several.submit(by_shell, files, folder / n) for n, files in forged.items()}
        return {name: one.result() for name, one in asked.items()}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_shell_script_finds_what_it_judges(
    forged: Forged, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    expected = {name: for_shell(one) for name, one in ATTACKS.items()}
    names = taken_of(expected, pytestconfig)
    found = found_by_shell({name: forged[name] for name in names}, tmp_path)
    assert found == {name: expected[name] for name in names}


def test_a_whole_record_passes_all_three(
    files: Files, parts: RecordParts, anchor: Path, tmp_path: Path
) -> None:
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", files))
    asked = Bend(zip=path, known=fingerprint(parts.issuer_certificate))
    assert by_heyi(files, (parts.issuer_certificate,)) == frozenset()
    assert by_page([asked]) == [frozenset()]
    assert by_shell(files, tmp_path / "record", anchor) == frozenset()


def test_the_page_says_the_same_in_later_years(
    files: Files, parts: RecordParts, tmp_path: Path
) -> None:
    """The signers' certificates have ended by then. verify.sh judges nothing as of the day."""
    path, known = tmp_path / "record.zip", fingerprint(parts.issuer_certificate)
    path.write_bytes(package("record-17", files))
    days = (None, "2027-11-27", "2035-11-27", "2060-11-27")
    told = told_by_page(Bend(zip=path, known=known, today=day) for day in days)
    assert {one["code"]: one["holds"] for one in told[0]["facts"]}["trusted"] is True
    assert told == [told[0]] * len(days)


def test_a_record_with_its_own_root_is_whole_and_trusted_by_nobody(
    foreign: tuple[Files, RecordParts], parts: RecordParts, anchor: Path, tmp_path: Path
) -> None:
    files, _ = foreign
    path = tmp_path / "foreign.zip"
    path.write_bytes(package("record-17", files))
    known = fingerprint(parts.issuer_certificate)
    assert by_heyi(files) == frozenset()
    assert by_heyi(files, (parts.issuer_certificate,)) == {"trusted"}
    asked = [Bend(zip=path), Bend(zip=path, known=known)]
    assert by_page(asked) == [frozenset(), {"trusted"}]
    assert by_shell(files, tmp_path / "whole") == frozenset()
    assert by_shell(files, tmp_path / "record", anchor) == {"certificate"}


def test_a_strangers_seal_over_this_record_is_trusted_by_nobody(
    forged: Forged, parts: RecordParts, anchor: Path, tmp_path: Path
) -> None:
    files, path = forged["seal_of_a_stranger"], tmp_path / "forged.zip"
    path.write_bytes(package("record-17", files))
    known = fingerprint(parts.issuer_certificate)
    assert by_page([Bend(zip=path, known=known)]) == [{"trusted", "seal_chain"}]
    assert by_shell(files, tmp_path / "record", anchor) == {"certificate"}


def test_signers_with_certificates_of_their_own_are_trusted_by_nobody(
    forged: Forged, parts: RecordParts, anchor: Path, tmp_path: Path
) -> None:
    """Nothing in the record speaks against them: all three say that their issuer is another."""
    files, path = forged["people_of_ones_own"], tmp_path / "forged.zip"
    path.write_bytes(package("record-17", files))
    report = verify_files(files, TOOLS)
    (other,) = [fact for fact in report.unknown if fact.code == "certificates"]
    assert len(other.parts) == len(parts.signatures)
    assert by_heyi(files, (parts.issuer_certificate,)) == {"trusted"}
    known = fingerprint(parts.issuer_certificate)
    assert by_page([Bend(zip=path, known=known)]) == [{"trusted"}]
    assert by_shell(files, tmp_path / "record", anchor) == {"certificate"}


# ------------------------------------------------ a check taken out has to be noticed by the above

TAKEN_OUT = {
    "signatures": (evidence, "_bad_parts", lambda *_: []),
    "text": (evidence, "names_text", lambda *_: True),
    "digests": (verifier, "_is", lambda *_: True),
    "chain": (session_log, "verify_chain", lambda entries: [e.hash for e in entries][-1]),
    "sm3": (domain_log, "sm3_agrees", lambda *_: True),
    "proofs": (session_log, "proven", lambda *_: True),
    "statements told": (log_tells, "_statements", lambda *_: ()),
    "seal told": (log_tells, "_seal", lambda *_: ()),
    "effect told": (log_tells, "_effect", lambda *_: ()),
    "recordings told": (log_tells, "_recordings", lambda *_: ()),
    "certification": (PdfFacts, "certified", True),
    "issuer": (judges, "TOOLS", replace(TOOLS, issued_by=lambda *_: True)),
}


@pytest.mark.parametrize("check", TAKEN_OUT)
def test_heyi_verify_without_a_check_is_caught(
    check: str, forged: Forged, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, instead = TAKEN_OUT[check]
    monkeypatch.setattr(module, name, instead)
    found = found_by_heyi(forged)
    assert any(found[name] < one.heyi for name, one in ATTACKS.items())


def test_a_page_that_believes_every_signature_is_caught(packed: list[Bend]) -> None:
    found = dict(zip(ATTACKS, by_page(packed, "signatures"), strict=True))
    missed = {name for name, one in ATTACKS.items() if found[name] < for_page(one)}
    assert {"signatures_swapped", "manifest_signed_by_a_stranger"} <= missed


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("name", "line", "instead"),
    [
        ("overlay_on_a_page", "all_intact\ntell", "true\ntell"),
        ("agreement_under_another_name", "only of_a_record .", "true"),
        ("file_put_in", '| sort | same "$scratch/found"', "| cat >/dev/null"),
        ("key_exchanged", "names_this_key &&", "true &&"),
        ("signature_replayed_from_another_pdf", "    names_this_pdf\n", "    true\n"),
        ("log_rows_reordered", 'chained <"$scratch/entries" &&', "true &&"),
        ("log_cut_short", 'says manifest.json "\\"log_head\\":\\"$head\\""', "true"),
        (
            "sm3_of_another_entry",
            'made_sm3 "$scratch" <"$scratch/sm3" | same "$scratch/sm3"',
            "true",
        ),
        (
            "log_without_a_signature",
            """all_told signatures '"statement_sha256":' "$scratch/done" &&""",
            "true &&",
        ),
        ("number_of_another_agreement", "as_in_manifest number record_id &&", "true &&"),
        ("log_of_another_effect", " && effect_told &&", " &&"),
        (
            "recording_with_a_chunk_exchanged",
            '(cd "$scratch" && sha256sum --quiet --strict -c chunks >/dev/null 2>&1)',
            "true",
        ),
        ("appended_after_the_seal", '[ "$end" = "$pdf_size" ] &&', "true &&"),
        ("words_in_the_gap", "| tr -d '\\0' | nothing", "| cat >/dev/null"),
        ("lock_that_certifies_nothing", "|| certifies; }", "|| true; }"),
        ("lock_that_allows_annotations", "/V /1.2 /P 2 >>", "/V /1.2"),
        ("certificate_of_another", '[ ! -e "$1certificate.pem" ] ||', "true ||"),
        ("overlay_before_the_seal", "objects() { only_filled &&", "objects() {"),
        (
            "attachment_exchanged_before_the_lock",
            "| bytes | same agreement.json || exit 1",
            "| cat >/dev/null",
        ),
        ("signers_swapped", 'says "$stated" "\\"signer_id\\":\\"$who\\"" &&', "true &&"),
    ],
)
def test_a_script_without_a_check_is_caught(
    name: str, line: str, instead: str, forged: Forged, tmp_path: Path
) -> None:
    whole = SCRIPT.read_text("utf-8")
    assert whole.count(line) == 1
    script = tmp_path / "verify.sh"
    script.write_text(whole.replace(line, instead), "utf-8")
    assert by_shell(forged[name], tmp_path / "record", script=script) < for_shell(ATTACKS[name])
