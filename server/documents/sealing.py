"""Seals a locked PDF: fills its blanks and signs everything as the committee.

One incremental update: the locked bytes stay the prefix of the sealed ones. The
signature is PAdES B-B (ETSI EN 319 142-1) and a certification that forbids any later
change (ISO 32000-1, 12.8.2.2, P=1). The same order gives the same bytes.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path

import typst
from asn1crypto import x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server.documents.certificates import certificate_der, certificates
from server.documents.filling import Filling, Shown, Words
from server.documents.fonts import FontFolders
from server.documents.keys import ALGORITHM, KeyStore, key_name
from server.documents.pictures import Picture, embed, picture
from server.documents.typesetting import font_set, refuse_missing, slots, whole
from server.documents.wording import chinese_date, chinese_moment
from server.domain.errors import InvalidValueError
from server.ports.documents import KeyRef, SealedPdf, SealOrder, Slot

FIELD = "CommitteeSeal"
RESERVED = 6144  # hexadecimal digits kept free: the signature with two certificates takes half
RING = Path(__file__).with_name("ring.typ")
SIGNED_WITHOUT_PICTURE = "已电子签名"


def apply_seal(order: SealOrder, keys: KeyStore, fonts: FontFolders) -> SealedPdf:
    """Return the sealed PDF.

    Raises InvalidValueError for a line without its blank or a picture that is none,
    MissingCharactersError when no font can draw what is to be filled in.
    """
    seal, issuer = certificates(keys, order.committee_id, order.at)
    writer = _writer(order)
    filling = Filling(writer)
    blanks = {slot.name: slot for slot in slots(order.locked)}
    words = _words(order, blanks)
    refuse_missing("".join(w.words for w in words), fonts)
    filling.write(words, fonts)
    for shown in _pictures(order, blanks):
        filling.show(shown)
    pdf = _signed(filling, _Sealing(order, blanks["seal"], keys, seal, issuer), fonts)
    return SealedPdf(
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        seal_certificate=seal,
        issuer_certificate=issuer,
    )


def drawn_seal(name: str, fonts: FontFolders) -> bytes:
    """Return a PNG of the committee's name on a ring that says a server drew it."""
    made = typst.Compiler(RING, font_paths=font_set(fonts)).compile(
        format="png",
        ppi=600,
        sys_inputs={"words": json.dumps({"name": name, "centre": "电子印样"})},
    )
    return whole(made)


@dataclass(frozen=True, slots=True)
class _Sealing:
    order: SealOrder
    slot: Slot
    keys: KeyStore
    certificate: bytes
    issuer: bytes


class _Writer(IncrementalPdfFileWriter):
    """An update that leaves the file's metadata as it was locked."""

    def _update_meta(self) -> None:
        """Keep Info and XMP: they agree already, as PDF/A demands."""


class _KeyStoreSigner(Signer):
    """Signs with the committee's key; deterministic, unlike pyHanko's own."""

    def __init__(self, sealing: _Sealing) -> None:
        certificate = _certificate(sealing.certificate)
        store = SimpleCertificateStore.from_certs([_certificate(sealing.issuer)])
        super().__init__(cert_registry=store, signing_cert=certificate)
        ref = KeyRef(committee_id=sealing.order.committee_id)
        self._key = sealing.keys.key(key_name(ref))

    async def async_sign_raw(
        self,
        content: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002
    ) -> bytes:
        """Return the DER signature; only SHA-256 is asked for."""
        if digest_algorithm != "sha256":
            raise InvalidValueError(field="digest_algorithm", reason=digest_algorithm)
        return self._key.sign(content, ALGORITHM)


class _PdfSigner(PdfSigner):
    """Signs as of the moment of the order instead of the machine's clock."""

    moment: datetime

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


class _SealFace(AppearanceContent):
    """The picture of the seal as the face of its signature field."""

    def __init__(self, writer: BasePdfFileWriter, box: BoxConstraints, shown: Picture) -> None:
        super().__init__(writer, box)
        self._image = embed(writer, shown)
        self._ratio = shown.ratio

    def render(self) -> bytes:
        """Return the drawing: the picture as large as fits, centred."""
        box = self.box
        width = min(box.width, box.height * self._ratio)
        height = width / self._ratio
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Seal"), self._image)
        left, low = (box.width - width) / 2, (box.height - height) / 2
        return f"q {width:.3f} 0 0 {height:.3f} {left:.3f} {low:.3f} cm /Seal Do Q".encode()


@dataclass(frozen=True)
class _SealStyle(BaseStampStyle):
    shown: Picture = field(kw_only=True)

    def create_stamp(  # type: ignore[override]  # any appearance serves
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, str]
    ) -> _SealFace:
        return _SealFace(writer, box, self.shown)


def _writer(order: SealOrder) -> _Writer:
    writer = _Writer(BytesIO(order.locked))
    # The file identifier's second half changes with each update (ISO 32000-1, 14.4).
    mark = hashlib.sha256(f"{order.number} {order.at.isoformat()}".encode()).digest()[:16]
    writer._document_id[1] = generic.ByteStringObject(mark)  # noqa: SLF001  else random
    return writer


def _words(order: SealOrder, blanks: dict[str, Slot]) -> list[Words]:
    texts = {
        "number": order.number,
        "place": order.place,
        "effective": chinese_date(order.effective_on),
        "sealed": chinese_moment(order.at),
    }
    for line in order.lines:
        texts[f"at:{line.signer_id}"] = chinese_moment(line.at)
        if line.handwriting is None:
            texts[f"sign:{line.signer_id}"] = SIGNED_WITHOUT_PICTURE
    return [Words(slot=_slot(blanks, name), words=words) for name, words in texts.items()]


def _pictures(order: SealOrder, blanks: dict[str, Slot]) -> list[Shown]:
    written = {f"sign:{i.signer_id}": i.handwriting for i in order.lines if i.handwriting}
    stamped = {f"scan:{seal.party_id}": seal.image for seal in order.company_seals}
    return [
        Shown(
            slot=_slot(blanks, name),
            picture=picture(content),
            alt="手写签名" if name in written else "单位印章",
        )
        for name, content in {**written, **stamped}.items()
    ]


def _slot(blanks: dict[str, Slot], name: str) -> Slot:
    if name not in blanks:
        raise InvalidValueError(field="line", reason=name.partition(":")[0])
    return blanks[name]


def _signed(filling: Filling, sealing: _Sealing, fonts: FontFolders) -> bytes:
    order = sealing.order
    name = order.committee_name
    _add_field(filling, sealing.slot, f"{name}（印章）")
    shown = picture(order.seal_image or drawn_seal(name, fonts))
    signer = _PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            location=order.place,
            name=name,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
        ),
        signer=_KeyStoreSigner(sealing),
        stamp_style=_SealStyle(shown=shown),
    )
    signer.moment = order.at
    out = BytesIO()
    signer.sign_pdf(filling.writer, existing_fields_only=True, bytes_reserved=RESERVED, output=out)
    return out.getvalue()


def _add_field(filling: Filling, slot: Slot, label: str) -> None:
    x, y = filling.corner(slot)
    box = (round(x), round(y), round(x + slot.width), round(y + slot.height))
    append_signature_field(
        filling.writer,
        SigFieldSpec(FIELD, on_page=slot.page - 1, box=box, readable_field_name=label),
    )
    page = filling.page(slot.page)
    widgets = page.get_object()["/Annots"]
    filling.structure.widget(page, widgets.raw_get(len(widgets) - 1))


def _certificate(content: bytes) -> x509.Certificate:
    return x509.Certificate.load(certificate_der(content))
