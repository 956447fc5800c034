"""What somebody who holds the seal's key, but no phone's, does to the signatures inside the PDF."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from unittest.mock import patch

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from server.documents import signing
from server.documents.chain import Signing
from server.documents.issuer import LocalIssuer
from server.documents.sealing import apply_seal
from server.documents.typesetting import typeset
from server.domain.canonical import sha256_hex
from server.domain.record import AGREEMENT, PDF
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.forging import OVERLAID, Files, Scene, attack, cheaper, inside
from tests.archive.example import document, record_parts
from tests.documents.sealing import seal_order
from tests.documents.test_sealing import painted_over
from tests.support.papers import desk_of

RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")
CERTIFICATION, FIRST, SEAL, ARCHIVE = 0, 1, 5, 6
"""Places of signatures in the example: the first person's is the second, two stamps end it."""


def gap(pdf: bytes, number: int) -> tuple[int, int]:
    """Return where a signature's hexadecimal digits begin and end."""
    found = list(RANGE.finditer(pdf))[number]
    return int(found[1]) + 1, int(found[2]) - 1


def put_in(pdf: bytes, number: int, digits: bytes) -> bytes:
    """Return the PDF with another signature in that place, which may be wider or narrower."""
    start, end = gap(pdf, number)
    return pdf[:start] + digits.rstrip(b"0").ljust(end - start, b"0") + pdf[end:]


def taken(pdf: bytes, number: int) -> bytes:
    """Return the digits of a signature."""
    start, end = gap(pdf, number)
    return pdf[start:end]


@attack("pdf_signatures", "seal", "archive_stamp")
@inside
def signature_of_another_record(scene: Scene) -> Files:
    """The same person's signature, out of the PDF of another record."""
    other = taken(scene.foreign[PDF], FIRST)
    return {**scene.files, PDF: put_in(scene.files[PDF], FIRST, other)}


@attack("pdf_signatures", "seal", "archive_stamp")
@inside
def signatures_exchanged_in_the_pdf(scene: Scene) -> Files:
    pdf = scene.files[PDF]
    one, other = taken(pdf, FIRST), taken(pdf, FIRST + 1)
    return {**scene.files, PDF: put_in(put_in(pdf, FIRST, other), FIRST + 1, one)}


@attack("pdf_signatures", "seal", "archive_stamp")
@inside
def signature_bent_in_the_pdf(scene: Scene) -> Files:
    """The value of the first person's signature, and nothing else."""
    pdf = scene.files[PDF]
    digits = taken(pdf, FIRST)
    signed = cms.ContentInfo.load(bytes.fromhex(digits.decode()))["content"]
    value: bytes = signed["signer_infos"][0]["signature"].native
    at = digits.lower().index(value.hex().encode()) + 20
    return {**scene.files, PDF: put_in(pdf, FIRST, _bent(digits, at))}


@attack("seal", "archive_stamp")
@inside
def archive_stamp_bent(scene: Scene) -> Files:
    pdf = scene.files[PDF]
    digits = taken(pdf, ARCHIVE)
    return {**scene.files, PDF: put_in(pdf, ARCHIVE, _bent(digits, len(digits.rstrip(b"0")) - 20))}


@attack("seal")
@inside
def words_in_the_gap(scene: Scene) -> Files:
    """What fills up the last gap is covered by no signature of the PDF."""
    pdf = scene.files[PDF]
    _, end = gap(pdf, ARCHIVE)
    return {**scene.files, PDF: pdf[: end - 8] + b"deadbeef" + pdf[end:]}


@attack(
    "seal",
    "archive_stamp",
    page={"seal", "only_blanks_filled"},
    shell={"seal", "only_blanks_filled"},
)
@inside
def appended_after_the_seal(scene: Scene) -> Files:
    return {**scene.files, PDF: scene.files[PDF] + b"% more\n"}


@attack("seal", "archive_stamp", "pdf_signatures")
@inside
def range_that_leaves_out(scene: Scene) -> Files:
    """The first person's range ends sooner, so that it covers less than was signed."""
    pdf = scene.files[PDF]
    found = list(RANGE.finditer(pdf))[FIRST]
    shorter = str(int(found[3]) - 9).encode()
    lying = found[0].replace(found[3] + b"]", shorter + b"]").ljust(len(found[0]))
    return {**scene.files, PDF: pdf[: found.start()] + lying + pdf[found.end() :]}


@attack(
    "seal",
    "archive_stamp",
    # It reads as a last signature, and no good one, behind the end that a file should have.
    page={"seal", "pdf_signatures", "seal_chain", "only_blanks_filled"},
    shell={"seal", "pdf_signatures", "only_blanks_filled"},
)
@inside
def range_appended(scene: Scene) -> Files:
    """A range over the whole file for a signature that is none, where no reader looks."""
    pdf = scene.files[PDF] + b"% /Contents "
    start, after = len(pdf), len(pdf) + 6
    for rest in range(20, 60):
        tail = f"<3000>\n/ByteRange [0 {start} {after} {rest}]\n".encode()
        if len(tail) - 6 == rest:
            return {**scene.files, PDF: pdf + tail}
    raise AssertionError


@attack(
    "pdf_signatures",
    "only_blanks_filled",
    page={"only_blanks_filled"},
    shell={"only_blanks_filled"},
)
@inside
def overlay_before_the_seal(scene: Scene) -> Files:
    """Every signature covers what it says: what shows it is which objects the update changes."""
    return sealed_after(painted_over, scene)


def sealed_after(change: Callable[[bytes], bytes], scene: Scene) -> Files:
    pdf = scene.files[PDF]
    signed = pdf[: pdf.rindex(b"%%EOF", 0, gap(pdf, SEAL)[0]) + 6]
    order = replace(seal_order(document(), signed), signed=change(signed))
    desk = desk_of(scene.office.keys, scene.office.fonts)
    return {**scene.files, PDF: apply_seal(order, desk).pdf}


def with_other_attachment(pdf: bytes, *under: str) -> bytes:
    """Return the PDF with an update that embeds a cheaper agreement.json in place of its own.

    It does so `under` these names alone, where some are given.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    named = (one.get_object() for one in writer.root["/AF"])
    (own,) = (one["/EF"] for one in named if one["/UF"] == AGREEMENT)
    content = own["/F"]
    made = generic.StreamObject(dict(content), stream_data=cheaper(content.data))
    exchanged = writer.add_object(made)
    for name in under or list(own):  # /F and /UF (ISO 32000-1, 7.11.4)
        own[name] = exchanged
    writer.update_container(own)
    out = BytesIO()
    writer.write(out)
    return out.getvalue() + b"\n"


@attack(
    "seal",
    "archive_stamp",
    "pdf_signatures",
    "attachment",
    "intact",
    page={*OVERLAID, "attachment"},
    shell={*OVERLAID, "attachment"},
)
def exchanged_attachment(scene: Scene) -> Files:
    return {**scene.files, PDF: with_other_attachment(scene.files[PDF])}


@attack(
    "pdf_signatures",
    "attachment",
    page={"attachment", "only_blanks_filled"},
    shell={"attachment", "only_blanks_filled"},
)
@inside
def attachment_exchanged_before_the_seal(scene: Scene) -> Files:
    return sealed_after(with_other_attachment, scene)


@attack("attachment")
def attachment_exchanged_before_the_lock(scene: Scene) -> Files:
    """Everybody signs a PDF that carries other data than it shows; `heyi verify` reads them."""
    return _locked_with_other_attachment(scene)


@attack("attachment")
def attachment_of_two_faces(scene: Scene) -> Files:
    """Readers that look under the old name find other data than those that know the new one."""
    return _locked_with_other_attachment(scene, "/F")


def _locked_with_other_attachment(scene: Scene, *under: str) -> Files:
    drawn = typeset(document(), scene.office.fonts)
    pdf = with_other_attachment(drawn.pdf, *under)
    parts = record_parts(scene.office, drawn=replace(drawn, pdf=pdf, pdf_sha256=sha256_hex(pdf)))
    return sealed(parts, scene.office)[0]


@attack()
def people_of_ones_own(scene: Scene) -> Files:
    """Everybody's keys made up, their certificates from an issuer made up: a matter of trust."""
    desk = desk_of(scene.office.keys, scene.office.fonts)
    sources = replace(desk.sources, issuer=LocalIssuer(scene.stranger.keys))
    parts = record_parts(scene.office, desk=replace(desk, sources=sources))
    return sealed(parts, scene.office)[0]


@attack("pdf_signatures")
def lock_that_allows_annotations(scene: Scene) -> Files:
    """Everybody signs a text that later updates may put notes on (ISO 32000-1, 12.8.2.2)."""
    return locked_with(scene, allows=MDPPerm.ANNOTATE)


@attack("pdf_signatures")
def lock_that_certifies_nothing(scene: Scene) -> Files:
    """A signature like any other in the place of the certification."""
    return locked_with(scene, certifies=False)


def locked_with(scene: Scene, **changes: object) -> Files:
    """Return a whole record whose lock is made otherwise than ours."""

    def made(**said: Any) -> Signing:
        return Signing(**{**said, **(changes if said.get("certifies") else {})})

    with patch.object(signing, "Signing", made):
        return sealed(record_parts(scene.office), scene.office)[0]


def _bent(digits: bytes, at: int) -> bytes:
    bent = b"1" if digits[at : at + 1] != b"1" else b"2"
    return digits[:at] + bent + digits[at + 1 :]
