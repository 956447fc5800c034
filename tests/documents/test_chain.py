"""Every signature of the sealed PDF: whose it is, how long it lasts, what it lets happen later."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import asyncio
import base64
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from server.documents.attachments import attachment
from server.documents.chain import certificate
from server.documents.inspection import inspect
from server.documents.key_files import spki
from server.documents.sealing import apply_seal
from server.documents.signing import Desk, finished, prepare
from server.documents.suite_validator import SuiteValidator
from server.documents.updates import update_of, written
from server.domain.errors import InvalidValueError
from server.ports.documents import FILL_AND_SIGN, LockedPdf, SealedPdf, SealOrder
from server.ports.inspection import PdfFacts
from tests.documents.example import LOCKED_AT, SEALED_AT, example
from tests.documents.form_text import body, form_text
from tests.documents.sealing import (
    NO_STATEMENT,
    seal_order as order,
    sign_order,
    signature,
    signed_at,
)
from tests.documents.test_sealing import painted_over

OPENSSL = (
    *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-out", "/dev/null"),
    *("-no_check_time", "-purpose", "any"),
)
SIGNERS = ("person-chen", "person-lin", "staff-su", "staff-jiang")


@pytest.fixture(scope="module")
def facts(locked: LockedPdf, sealed: SealedPdf) -> PdfFacts:
    return inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])


def test_each_signature_says_who_when_and_holds(facts: PdfFacts) -> None:
    fields = ["certification", *(f"sign:{who}" for who in SIGNERS), "seal"]
    assert [one.field for one in facts.each] == fields
    assert all(one.holds and one.trusted for one in facts.each)
    assert {one.level for one in facts.each} == {"B-LTA"}
    times = [one.signed_at for one in facts.each]
    assert times == [LOCKED_AT, *(signed_at(n) for n in range(4)), SEALED_AT]
    roles = [(one.role, one.pseudonym) for one in facts.each]
    assert roles == [
        ("TEXT-LOCK", "hexi"),
        ("PARTY", "person-chen"),
        ("PARTY", "person-lin"),
        ("MEDIATOR", "staff-su"),
        ("MEDIATOR", "staff-jiang"),
        ("COMMITTEE-SEAL", "hexi"),
    ]


def test_the_lock_certifies_a_text_that_is_only_filled_in_and_signed(
    facts: PdfFacts, sealed: SealedPdf
) -> None:
    first, *others = PdfFileReader(BytesIO(sealed.pdf)).embedded_regular_signatures
    certifies = first.reader.root["/Perms"].raw_get("/DocMDP")
    assert certifies.reference == first.sig_object.container_ref
    (reference,) = first.sig_object["/Reference"]
    assert reference["/TransformMethod"] == "/DocMDP"
    assert reference["/TransformParams"]["/P"] == FILL_AND_SIGN
    assert [one.permits for one in facts.each] == [FILL_AND_SIGN, *(0 for _ in others)]


@pytest.mark.parametrize(
    ("said", "instead"),
    [(b"/Perms", b"/Other"), (b"/DocMDP ", b"/DocMDQ "), (b"/DocMDP\n", b"/DocMDQ\n")],
    ids=["the catalog", "the entry", "the transform"],
)
def test_a_lock_that_is_not_named_as_certification_is_none(
    said: bytes, instead: bytes, locked: LockedPdf
) -> None:
    bent = locked.pdf.replace(said, instead)
    (found,) = inspect(bent, len(locked.pdf), []).each
    assert found.permits == 0


def test_a_certification_that_an_update_takes_back_is_none(locked: LockedPdf) -> None:
    update = update_of(locked.pdf)
    del update.root["/Perms"]
    update.update_root()
    (found,) = inspect(written(update), len(locked.pdf), []).each
    assert found.intact
    assert found.permits == 0


def test_a_certificate_names_its_statement_and_nobody(facts: PdfFacts, sealed: SealedPdf) -> None:
    assert [one.statement_sha256 for one in facts.each[1:-1]] == [NO_STATEMENT] * 4
    for signed in PdfFileReader(BytesIO(sealed.pdf)).embedded_regular_signatures:
        name = signed.signer_cert.subject.human_friendly
        assert name.isascii()
        assert "NO LICENSED CA" in name


def test_every_revision_is_how_the_next_one_begins(
    locked: LockedPdf, seal_order: SealOrder, sealed: SealedPdf
) -> None:
    ends = [end for _, end in ranges(sealed.pdf)]
    assert ends == sorted(ends)
    assert sealed.pdf.startswith(seal_order.signed)
    assert seal_order.signed.startswith(locked.pdf)
    assert ends[0] <= len(locked.pdf) < ends[1]
    assert ends[-1] == len(sealed.pdf)


def ranges(pdf: bytes) -> list[tuple[bytes, int]]:
    """Return what each signature covers, and where its revision ends."""
    covered = []
    for signed in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        one, first, other, second = (int(number) for number in signed.byte_range)
        end = other + second
        covered.append((pdf[one : one + first] + pdf[other:end], end))
    return covered


def test_the_sealed_page_says_what_the_agreement_says_and_nothing_else(sealed: SealedPdf) -> None:
    """The number, dates and signatures are values of fields, which are no words of the page."""
    assert body(sealed.pdf) == form_text(attachment(sealed.pdf, "agreement.json"))


@pytest.mark.parametrize("year", [2027, 2035])
@pytest.mark.parametrize("pause", [timedelta(), timedelta(days=2)], ids=["at once", "days apart"])
def test_years_later_the_file_alone_proves_every_signature(
    year: int, pause: timedelta, locked: LockedPdf, desk: Desk
) -> None:
    pdf = locked.pdf
    for number in range(4):
        key = ec.generate_private_key(ec.SECP256R1())
        plain = sign_order(example(), pdf, number, spki(key))
        at = plain.at + number * pause
        pdf += signature(desk, replace(plain, at=at, signed_at=at), key)
    sealed = apply_seal(replace(order(example(), pdf), at=SEALED_AT + 4 * pause), desk)
    assert judged(sealed, datetime(year, 6, 1, tzinfo=UTC)) == [AdESPassed.OK] * 6


def judged(sealed: SealedPdf, moment: datetime) -> list[object]:
    """Return what ETSI EN 319 102-1 says of each signature, without a network."""
    trust = SimpleTrustManager.build([certificate(sealed.issuer_certificate)])
    policy = CertValidationPolicySpec(
        trust_manager=trust,
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        signature_validator=SuiteValidator(),
    )
    local = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=local)
    )
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=False
    )
    reader = PdfFileReader(BytesIO(sealed.pdf))
    return [
        asyncio.run(ades_lta_validation(one, spec, timing_info=timing)).ades_subindic
        for one in reader.embedded_regular_signatures
    ]


def exchanged_attachment(pdf: bytes) -> bytes:
    """Return the PDF with an update that carries another agreement."""
    update = update_of(pdf)
    names = update.root["/Names"]["/EmbeddedFiles"]["/Names"]
    embedded = names[1]["/EF"]
    cheaper = embedded["/F"].data.replace(b'"amount_fen":5000000', b'"amount_fen":5000001')
    assert cheaper != embedded["/F"].data
    kind = {pdf_name("/Type"): pdf_name("/EmbeddedFile")}
    stream = generic.StreamObject(kind, stream_data=cheaper)
    embedded[pdf_name("/F")] = update.add_object(stream)
    update.update_container(embedded)
    return written(update)


def number_filled_anew(pdf: bytes) -> bytes:
    """Return the PDF with an update that fills a locked field with another number."""
    update = update_of(pdf)
    field = next(
        one.get_object()
        for one in update.root["/AcroForm"]["/Fields"]
        if one.get_object()["/T"] == "number"
    )
    field[pdf_name("/V")] = generic.TextStringObject("湖禾人调字〔2025〕第018号")
    update.update_container(field)
    return written(update)


@pytest.mark.parametrize("attack", [painted_over, exchanged_attachment, number_filled_anew])
def test_what_comes_on_top_of_a_sealed_file_breaks_every_signature_it_may_not_follow(
    attack: Callable[[bytes], bytes], locked: LockedPdf, sealed: SealedPdf
) -> None:
    found = inspect(attack(sealed.pdf), len(locked.pdf), [sealed.issuer_certificate])
    assert all(one.intact for one in found.each)
    assert not found.each[-1].unchanged
    assert not found.covers_all
    if attack is not number_filled_anew:
        assert not any(one.unchanged for one in found.each)


def test_a_file_cut_back_shows_who_is_missing(locked: LockedPdf, sealed: SealedPdf) -> None:
    ends = [end for _, end in ranges(sealed.pdf)]
    found = inspect(sealed.pdf[: ends[3]], len(locked.pdf), [sealed.issuer_certificate])
    assert [one.field for one in found.each][-1] == "sign:staff-su"
    assert not found.covers_all


def test_openssl_alone_checks_each_signature(sealed: SealedPdf, tmp_path: Path) -> None:
    reader, issuer = PdfFileReader(BytesIO(sealed.pdf)), tmp_path / "issuer.pem"
    issuer.write_bytes(sealed.issuer_certificate)
    pairs = zip(reader.embedded_regular_signatures, ranges(sealed.pdf), strict=False)
    for number, (signed, (covered, _)) in enumerate(pairs):
        cms, content = tmp_path / f"{number}.p7s", tmp_path / f"{number}.bin"
        cms.write_bytes(signed.pkcs7_content)
        content.write_bytes(covered)
        done = subprocess.run(
            [*OPENSSL, "-in", cms, "-content", content, "-CAfile", issuer],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_a_signer_without_a_blank_is_refused(locked: LockedPdf, desk: Desk) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = sign_order(example(), locked.pdf, 0, spki(key))
    with pytest.raises(InvalidValueError):
        prepare(replace(plain, signer_id="stranger"), desk)


def test_what_is_left_half_signed_is_no_signature(locked: LockedPdf, desk: Desk) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = sign_order(example(), locked.pdf, 0, spki(key))
    first, again = prepare(plain, desk), prepare(plain, desk)
    assert first.attributes != again.attributes or first.state != again.state
    size = len(locked.pdf)
    for half in (first, again):
        left = inspect(locked.pdf + base64.b64decode(json.loads(half.state)["tail"]), size, [])
        assert (left.readable, left.each) == (False, ()), "nor is it a text that nobody touched"
    value = key.sign(first.attributes, ec.ECDSA(hashes.SHA256()))
    whole = inspect(locked.pdf + finished(locked.pdf, first.state, value, plain.at, desk), size, [])
    assert [one.field for one in whole.each] == ["certification", "sign:person-chen"]
    assert all(one.holds for one in whole.each), "the very same, once the key has answered"
