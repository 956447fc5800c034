"""PDF/A-3a and PDF/UA-1 hold from the lock to the archive, by a validator that is not ours."""

from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.documents.fonts import FontFolders
from server.documents.form import with_form
from server.documents.key_files import FileKeys
from server.documents.printing import print_out
from server.documents.renewal import renewed
from server.documents.sealing import apply_seal
from server.documents.signing import Desk
from server.documents.tagging import Structure
from server.documents.typesetting import typeset
from server.domain.agreement_document import AgreementDocument
from server.domain.signing_route import SigningRoute
from server.ports.documents import LockedPdf, SealedPdf, SealOrder
from tests.archive.attested import CHEN, LIN, by_route
from tests.archive.example import HEXI, Office, by_phone
from tests.archive.sm2_record import sm2_parts
from tests.documents.brush import pictured
from tests.documents.example import example
from tests.documents.papers import acceptance, file_cover, item, minutes, named
from tests.documents.pdfa.vera import FLAVOURS, failing, missing
from tests.documents.sealing import locked_by, ring, seal_order as order, signed_by_all
from tests.documents.test_fonts import INSTALLED
from tests.support.absence import explain_absence

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
RARE = "陈䶮𬱟㛃" + ("𰻝" if INSTALLED else "")
SITE = "https://tiaojie.example.gov.cn"
RENEWED_ON = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))


def kept(pdf: bytes, desk: Desk) -> bytes:
    """Return a sealed file as it is handed out once its archive time stamp was renewed.

    The record's own file stays as it was sealed, byte for byte (tests/archive/test_contract.py):
    this one lies beside it.
    """
    for at in RENEWED_ON:
        pdf += renewed(HEXI, pdf, at, "sha256", desk)
    return pdf


def whole(desk: Desk, document: AgreementDocument, site: str = "") -> bytes:
    """Return the document signed by whoever signs with a key, and sealed."""
    locked = locked_by(desk, document, site)
    own = {who: ec.generate_private_key(ec.SECP256R1()) for who in by_phone(document)}
    return apply_seal(order(document, signed_by_all(desk, document, locked, own)), desk).pdf


@pytest.fixture(scope="module")
def good(
    keys: FileKeys,
    fonts: FontFolders,
    desk: Desk,
    locked: LockedPdf,
    seal_order: SealOrder,
    sealed: SealedPdf,
) -> dict[str, bytes]:
    in_sm2 = sm2_parts(Office(keys, fonts)).pdf
    return {
        "drawn with a code": typeset(example(), fonts, SITE).pdf,
        "sealed with a code": whole(desk, example(), SITE),
        "locked": locked.pdf,
        "signed by all": seal_order.signed,
        "sealed, a company's seal too": sealed.pdf,
        "sealed with a scan": apply_seal(replace(seal_order, seal_image=ring()), desk).pdf,
        "rare characters": whole(desk, example(name=RARE)),
        "a drawn character": whole(desk, pictured()),
        "in ink": whole(desk, by_route(SigningRoute.WET_INK, CHEN, LIN)),
        "witnessed": whole(desk, by_route(SigningRoute.WITNESSED, CHEN)),
        "staff and seal in SM2": in_sm2,
        "renewed twice": kept(sealed.pdf, desk),
        "in SM2, renewed twice": kept(in_sm2, desk),
        "minutes": print_out(minutes(case=named(RARE)), fonts),
        "minutes without a word": print_out(minutes(item("👍"), identity_checks=()), fonts),
        "acceptance form": print_out(acceptance(), fonts),
        "cover and contents": print_out(file_cover(), fonts),
    }


@pytest.fixture(scope="module")
def broken(locked: LockedPdf, desk: Desk, fonts: FontFolders) -> dict[str, bytes]:
    """Return what breaks a rule of either standard, each in one place."""
    drawn = typeset(example(), fonts)
    return {
        "not marked": locked.pdf.replace(b"/Marked true", b"/Marked null"),
        "no line before an update": drawn.pdf[:-1] + locked.pdf[len(drawn.pdf) :],
        "fields outside the structure tree": untagged(drawn),
    }


def untagged(drawn: LockedPdf) -> bytes:
    """Return the drawn PDF with its form, of which a screen reader is told nothing."""
    with patch.object(Structure, "widget"):
        return with_form(drawn.pdf, drawn.slots)


@pytest.fixture(scope="module")
def found(
    good: dict[str, bytes], broken: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], str]:
    if lacking := missing():
        explain_absence(f"veraPDF cannot run, not installed: {lacking}")
    folder = tmp_path_factory.mktemp("vera")
    files = [folder / name for name in (*good, *broken)]
    for path, content in zip(files, (*good.values(), *broken.values()), strict=True):
        path.write_bytes(content)
    return failing(files)


def test_every_form_of_the_agreement_holds_both_standards(
    good: dict[str, bytes], found: dict[tuple[str, str], str]
) -> None:
    assert {key: rules for key, rules in found.items() if key[0] in good} == {
        (name, flavour): "ok" for name in good for flavour in FLAVOURS
    }


def test_what_breaks_a_rule_is_reported(found: dict[tuple[str, str], str]) -> None:
    assert "6.7.2" in found["not marked", "3a"]
    assert "6.1" in found["no line before an update", "3a"]
    assert found["fields outside the structure tree", "ua1"] == "7.18.4-1"
