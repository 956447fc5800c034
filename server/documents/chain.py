"""Puts one PAdES signature after the other into an agreement's PDF.

Each is an update of its own: what was there stays its prefix. A signature is prepared (the
placeholder and the attributes to sign), signed elsewhere, and finished: the value, a time
stamp and, in one more update, the certificates and lists that prove it (ETSI EN 319 142-1,
B-LT). Nothing is kept here between the two; what finishing needs travels as bytes.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

from asn1crypto import cms, crl, ocsp, tsp, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.attributes import (
    CMSAttributeProvider,
    SignedAttributeProviderSpec,
    SigningCertificateV2Provider,
)
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server.documents.asking import proofs_of
from server.documents.certificates import Role, certificate_der
from server.documents.event_checks import expect_begun, expect_valid
from server.documents.filling import Shown, Words, face
from server.documents.fonts import FontFolders
from server.documents.issuer import CertificateIssuer, Issued
from server.documents.ocsp_answers import is_response
from server.documents.revocation import expect_proven
from server.documents.settled import settled
from server.documents.suites import SignatureSuite, mechanism_of, suite_of
from server.documents.timestamps import TimestampAuthority, TimestampsUnavailableError
from server.documents.to_end import to_end
from server.documents.updates import Update, update_of, written
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import Prepared

STAMPED_OVER = "sha256"
_BESIDE = 2_048
"""Bytes that a signature has at most beside its certificates and its time stamp."""

_PLACEHOLDER = 80
"""Bytes a signature of any suite has at most, for its attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a signature's field shows, in points from the field's lower left corner."""

    words: Sequence[Words] = ()
    shown: Sequence[Shown] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """One signature to be: which field, whose certificate, when, and how it looks.

    `room` is how many bytes its time stamp may have.
    """

    committee_id: CommitteeId
    field: str
    issued: Issued
    at: datetime
    room: int
    look: Look = Look()
    certifies: bool = False
    allows: MDPPerm = MDPPerm.FILL_FORMS
    name: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where certificates and time stamps come from. Picklable, for the pool."""

    issuer: CertificateIssuer
    stamps: TimestampAuthority


def platform_role(committee: CommitteeId) -> Role:
    """Return the key with which this server certifies a locked text."""
    return Role(f"platform-{quote(committee, safe='')}", "TEXT-LOCK")


def prepare_in(update: Update, size: int, signing: Signing, fonts: FontFolders) -> Prepared:
    """Write the placeholder into an update of `size` bytes of PDF; return what is to be signed."""
    suite = _suite(signing.issued)
    external = _external(signing.issued, suite, None)
    metadata = _metadata(signing, suite)
    signer = _PdfSigner(metadata, signer=external, stamp_style=_style(signing, fonts))
    signer.moment = signing.at
    digits = reserved(_BESIDE + _chain_size(signing.issued) + signing.room)

    async def digest() -> tuple[PreparedByteRangeDigest, bytes, bytes]:
        made, _, out = await signer.async_digest_doc_for_signing(
            update, existing_fields_only=True, bytes_reserved=digits
        )
        out.seek(0)
        attributes = await external.signed_attrs(made.document_digest, suite.digest, use_pades=True)
        return made, attributes.dump(), out.read()

    made, attributes, pdf = to_end(digest())
    state = {
        "committee": signing.committee_id,
        "tail": _text(pdf[size:]),
        "digest": made.document_digest.hex(),
        "region": [made.reserved_region_start, made.reserved_region_end],
        "attributes": _text(attributes),
        "certificate": _text(signing.issued.certificate),
        "chain": [_text(one) for one in signing.issued.chain],
        "revoked": [_text(one) for one in signing.issued.revoked],
        "outside": signing.issued.outside,
    }
    return Prepared(attributes=attributes, state=json.dumps(state).encode())


def reserved(size: int) -> int:
    """Return how many hexadecimal digits are kept free for so many bytes of signature."""
    return 2 * size


def _chain_size(issued: Issued) -> int:
    return sum(len(certificate_der(one)) for one in (issued.certificate, *issued.chain))


def finish(pdf: bytes, state: bytes, signature: bytes, at: datetime, sources: Sources) -> bytes:
    """Return the PDF with the prepared signature, its time stamp and its proofs.

    Raises UnprovenError where nobody says that its certificate and the issuers of that hold,
    NoCertificateError where one of a signer's is not valid at the stamp's moment, or another
    has not begun, TimestampsUnavailableError without a stamp, and UnsoundStampError for one
    whose certificate the authority calls revoked; that it says nothing is no such word.
    """
    kept: dict[str, Any] = json.loads(state)
    issued = Issued(
        certificate=_bytes(kept["certificate"]),
        chain=tuple(_bytes(one) for one in kept["chain"]),
        revoked=tuple(_bytes(one) for one in kept["revoked"]),
        outside=kept.get("outside", False),
    )
    suite, committee = _suite(issued), CommitteeId(kept["committee"])
    attributes = cms.CMSAttributes.load(_bytes(kept["attributes"]))
    stamper = sources.stamps.stamper(committee, at)

    made = to_end(
        _external(issued, suite, signature).async_sign_prescribed_attributes(
            suite.digest, attributes, timestamper=stamper
        )
    )
    start, end = kept["region"]
    out = BytesIO(pdf + _bytes(kept["tail"]))
    _fill(out, PreparedByteRangeDigest(bytes.fromhex(kept["digest"]), start, end), made)
    moment = max(at, stamper.stamped_at)
    own, *above = (certificate(one) for one in (issued.certificate, *issued.chain))
    expect = expect_begun if issued.revoked else expect_valid  # what lasts brings its lists along
    expect((own, *above), stamper.stamped_at)
    if issued.outside:
        lists = to_end(proofs_of((own, *above), moment))
    else:
        lists = issued.revoked or sources.issuer.revoked(committee, issued.certificate, moment)
    expect_proven(own, above, lists, moment)
    update = update_of(out.getvalue())
    prove(update, (issued, stamper.proof), (*lists, *stamper.proof.revoked))
    return written(update)


def _fill(out: BytesIO, place: PreparedByteRangeDigest, made: cms.ContentInfo) -> None:
    try:
        place.fill_with_cms(out, made)
    except SigningError as error:  # prepared for another authority, before a restart
        raise TimestampsUnavailableError(reason="no_room") from error


def prove(update: Update, shown: Sequence[Issued], lists: Sequence[bytes]) -> None:
    """Put what validates a signature or time stamp into the PDF's security store."""
    every = sorted(set(lists))
    DocumentSecurityStore.supply_dss_in_writer(
        update,
        None,  # PAdES needs no entry per signature
        certs=[certificate(pem) for one in shown for pem in (one.certificate, *one.chain)],
        crls=[crl.CertificateList.load(one) for one in every if not is_response(one)],
        ocsps=[ocsp.OCSPResponse.load(one) for one in every if is_response(one)],
    )


def certificate(pem: bytes) -> x509.Certificate:
    """Return a PEM certificate as pyHanko takes it."""
    return x509.Certificate.load(certificate_der(pem))


def _suite(issued: Issued) -> SignatureSuite:
    """Return the suite a certificate's key signs with; InvalidValueError for none of ours."""
    suite = suite_of(certificate(issued.certificate).public_key.dump())
    if suite is None:
        raise InvalidValueError(field="public_key", reason="no_suite")
    return suite


class _Signer(ExternalSigner):
    """Has its time stamp over SHA-256 whatever it signs with: authorities know that digest."""

    async def unsigned_attrs(
        self,
        digest_algorithm: str,
        signature: bytes,
        signed_attrs: cms.CMSAttributes,
        timestamper: TimeStamper | None = None,
        dry_run: bool = False,  # noqa: FBT001, FBT002
    ) -> cms.CMSAttributes | None:
        """Return the time stamp; `digest_algorithm` is the signature's own."""
        del digest_algorithm
        return await super().unsigned_attrs(
            STAMPED_OVER, signature, signed_attrs, timestamper, dry_run
        )


class _OwnCertificate(SigningCertificateV2Provider):
    """Names the signer's certificate, settled: it is encoded with each thing above it."""

    async def build_attr_value(
        self,
        dry_run: bool = False,  # noqa: FBT001, FBT002
    ) -> tsp.SigningCertificateV2:
        return settled(await super().build_attr_value(dry_run))


class _SignedAttributes(SignedAttributeProviderSpec):
    """What PAdES wants signed beside the digest and its type (ETSI EN 319 142-1, 6.3)."""

    def __init__(self, own: x509.Certificate) -> None:
        self._own = own

    def signed_attr_providers(  # type: ignore[override]  # pyHanko gives both by name
        self, **digested: object
    ) -> Iterator[CMSAttributeProvider]:
        """Give what makes them; by which digest, changes nothing of them."""
        del digested
        yield _OwnCertificate(self._own)


def _external(issued: Issued, suite: SignatureSuite, signature: bytes | None) -> ExternalSigner:
    own, chain = certificate(issued.certificate), [certificate(one) for one in issued.chain]
    made = _Signer(
        own,
        SimpleCertificateStore.from_certs(chain),
        signature_value=_PLACEHOLDER if signature is None else signature,
        signature_mechanism=mechanism_of(suite),
    )
    made.signed_attr_prov_spec = _SignedAttributes(own)
    return made


def _metadata(signing: Signing, suite: SignatureSuite) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=signing.field,
        md_algorithm=suite.digest,
        name=signing.name,
        location=signing.location,
        certify=signing.certifies,
        docmdp_permissions=signing.allows,
        subfilter=SigSeedSubFilter.PADES,
    )


def _style(signing: Signing, fonts: FontFolders) -> "_Style | None":
    look = signing.look
    return _Style(look=look, fonts=fonts) if look.words or look.shown else None


class _PdfSigner(PdfSigner):
    """Signs as of a given moment instead of the machine's clock."""

    moment: datetime

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


class _Face(AppearanceContent):
    """What a signature's field shows."""

    def __init__(
        self, writer: BasePdfFileWriter, box: BoxConstraints, look: Look, fonts: FontFolders
    ) -> None:
        super().__init__(writer, box)
        self._drawing, named = face(writer, look.words, look.shown, fonts)
        for name, thing in named.items():
            self.set_resource(ResourceType.XOBJECT, pdf_name(name), thing)

    def render(self) -> bytes:
        """Return the drawing."""
        return self._drawing


@dataclass(frozen=True)
class _Style(BaseStampStyle):
    look: Look = field(kw_only=True)
    fonts: FontFolders = field(kw_only=True)

    def create_stamp(  # type: ignore[override]  # any appearance serves
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, str]
    ) -> _Face:
        return _Face(writer, box, self.look, self.fonts)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
