"""A forged PDF is presented alone: no record lies beside it, and `/verify` still finds it."""

from dataclasses import replace

import pytest

from server.archive.presented import judge_presented
from server.archive.reader import load
from server.documents import typesetting, wording
from server.documents.pages import page_text
from server.documents.typesetting import typeset
from server.domain.canonical import sha256_hex
from server.domain.record import PDF, RecordParts
from server.domain.verification import Report
from tests.archive.attacks import pdf_forging
from tests.archive.attacks.forging import ATTACKS, Files as Forged, Scene
from tests.archive.attacks.judges import TOOLS
from tests.archive.example import Files, Office, document, record_parts
from tests.archive.test_earlier import EARLIER, SIXTEEN_DIGITS

pytestmark = pytest.mark.timeout(300)
assert pdf_forging.__name__, "the attacks on the PDF are kept beside the others"

BROKEN = {"seal", "archive_stamp", "pdf_signatures", "trusted"}
"""What a bent signature leaves: its time stamp and those after it are of other bytes."""
WRONG = {
    "overlay_on_a_page": {"seal", "pdf_signatures", "only_blanks_filled"},
    "overlay_listed_anew": {"seal", "pdf_signatures", "only_blanks_filled"},
    "signature_of_another_record": BROKEN,
    "signatures_exchanged_in_the_pdf": BROKEN,
    "signature_bent_in_the_pdf": BROKEN,
    "archive_stamp_bent": {"seal", "archive_stamp", "trusted"},
    "words_in_the_gap": {"seal"},
    "appended_after_the_seal": {"seal"},
    "range_that_leaves_out": BROKEN,
    "range_appended": {"seal"},
    "overlay_before_the_seal": {"pdf_signatures", "only_blanks_filled"},
    "exchanged_attachment": {"seal", "pdf_signatures", "attachment"},
    "attachment_exchanged_before_the_seal": {"pdf_signatures", "attachment"},
    "attachment_exchanged_before_the_lock": {"attachment"},
    "attachment_of_two_faces": {"attachment"},
    "people_of_ones_own": {"trusted"},
    "lock_that_allows_annotations": {"seal", "pdf_signatures"},
    "lock_that_certifies_nothing": {"seal", "pdf_signatures"},
}
"""Every attack that touches the PDF, and what fails of it."""


def alone(pdf: bytes, parts: RecordParts) -> Report:
    return judge_presented(pdf, TOOLS, (parts.issuer_certificate,)).report


def test_every_forged_pdf_is_found_with_no_record_beside_it(
    forged: dict[str, Forged], scene: Scene, parts: RecordParts
) -> None:
    touched = {n: files[PDF] for n, files in forged.items() if files[PDF] != scene.files[PDF]}
    found = {name: alone(pdf, parts) for name, pdf in touched.items()}
    assert not [name for name, report in found.items() if report.verified]
    assert {n: {fact.code for fact in report.failed} for n, report in found.items()} == WRONG
    assert WRONG.keys() <= ATTACKS.keys()


def test_a_genuine_pdf_alone_leaves_nothing_open(files: Files, parts: RecordParts) -> None:
    report = alone(files[PDF], parts)
    assert report.verified
    assert (report.failed, report.unknown) == ((), ())


@pytest.mark.parametrize(
    ("missing", "named"), [("sign:person-chen", "sign:person-chen"), ("seal", "seal")]
)
def test_a_signature_that_the_carried_agreement_wants_is_missed(
    missing: str, named: str, files: Files
) -> None:
    found = TOOLS.inspect(files[PDF], None, ())
    less = replace(found, each=tuple(one for one in found.each if one.field != missing))
    told = judge_presented(files[PDF], replace(TOOLS, inspect=lambda *_: less)).report
    (fact,) = (one for one in told.failed if one.code == "pdf_signatures")
    assert fact.parts == (f"{PDF}#{named}",)


def test_who_is_nobody_in_the_carried_agreement_signs_nothing(files: Files) -> None:
    found = TOOLS.inspect(files[PDF], None, ())
    lock, *others = found.each
    more = replace(found, each=(lock, replace(others[0], field="sign:nobody"), *others))
    told = judge_presented(files[PDF], replace(TOOLS, inspect=lambda *_: more)).report
    assert [(one.code, one.parts) for one in told.failed] == [
        ("pdf_signatures", (f"{PDF}#sign:nobody",))
    ]


def test_what_was_so_before_the_seal_is_open_in_a_pdf_of_the_earlier_form(
    parts: RecordParts,
) -> None:
    report = alone(load(EARLIER)[PDF], parts)
    assert not report.verified
    assert {"pdf_signatures", "only_blanks_filled"} <= {fact.code for fact in report.unknown}


@pytest.mark.parametrize("printed", ["digest", "check_code"])
def test_the_check_code_is_compared_as_far_as_it_is_printed(
    printed: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = wording.printed(document())
    code = getattr(words, printed)
    bent = replace(words, **{printed: code[:-1] + ("0" if code[-1] != "0" else "1")})
    drawn = typeset(document(), office.fonts)
    monkeypatch.setattr(typesetting, "printed", lambda _: bent)
    parts = record_parts(office, drawn=replace(drawn, pdf=typeset(document(), office.fonts).pdf))
    assert {fact.code for fact in alone(parts.pdf, parts).failed} == {"attachment"}


def test_a_pdf_that_prints_no_more_than_sixteen_digits_of_it_still_verifies() -> None:
    files = load(SIXTEEN_DIGITS)
    pages = page_text(files[PDF])
    code = sha256_hex(files["agreement.json"])[:16]
    assert all(f"校验码 {code}" in page and "完整校验码" not in page for page in pages)
    report = judge_presented(files[PDF], TOOLS, (files["trust/issuer.pem"],)).report
    assert report.verified
    assert (report.failed, report.unknown) == ((), ())
