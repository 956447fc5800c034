"""Tells of every signature in a PDF who made it, when, and whether it holds.

A certificate for one signing has long expired when somebody looks, so chains are judged as
of the time stamp beside the signature. Each is also held against the updates that follow:
a signature alone does not show that something was put on top of it later.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from asn1crypto import cms, pem, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from server.documents import long_strings, rare_names
from server.documents.certificates import SEAL_TITLE
from server.documents.form import blank_name
from server.documents.issuer import STATEMENT
from server.documents.issuers import top_of
from server.documents.issuing import ORGANIZATION
from server.documents.revocation import kept_in, outlasts, unproven
from server.documents.stamp_facts import (
    context_at,
    document_stamps,
    signature_stamp,
    stamped_at,
)
from server.documents.suites import suite_of
from server.domain.renewal import Stamp
from server.ports.inspection import PdfSignature

# An unknown issuer is a fact we report; the library also prints a traceback of it.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
rare_names.allow()
long_strings.read_at_once()

PADES = "/ETSI.CAdES.detached"
OCTETS = 2  # bytes before the digest in a DER OCTET STRING


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Every signature in order; what followed the last; whether a time stamp covers all.

    `trusted` and `stamp_issuers` are those of the time stamps over the whole file.
    """

    each: tuple[PdfSignature, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    modification: str = ""
    covers_all: bool = False
    trusted: bool = True
    stamp_issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """Trusted roots of who seals and certifies, of who signs a statement, and of who stamps."""

    sealing: Sequence[x509.Certificate]
    signing: Sequence[x509.Certificate]
    stamping: Sequence[x509.Certificate]


def signatures_of(pdf: bytes, roots: Roots) -> Found:
    """Return the signatures of a PDF, judged against trusted roots."""
    reader = PdfFileReader(BytesIO(pdf))
    regular = reader.embedded_regular_signatures
    if not regular:
        return Found()
    archive = _Archive(reader, roots.stamping)
    judged = [(one, _status(one, roots)) for one in regular]
    return Found(
        each=tuple(_told(one, status, archive, bool(roots.sealing)) for one, status in judged),
        stamps=archive.stamps,
        modification=_modification(judged[-1][1]),
        covers_all=archive.covers_all,
        trusted=archive.trusted,
        stamp_issuers=archive.issuers,
    )


def signer_certificates(pdf: bytes) -> dict[str, bytes]:
    """Return with which certificate (PEM) each person signed a PDF of ours, by signer."""
    found = {}
    for one in PdfFileReader(BytesIO(pdf)).embedded_regular_signatures:
        kind, _, who = blank_name(one.field_name).partition(":")
        if kind == "sign":
            found[who] = pem.armor("CERTIFICATE", one.signer_cert.dump())
    return found


class _Archive:
    """What the file keeps for later: certificates, lists of the revoked, stamps over all of it."""

    def __init__(self, reader: PdfFileReader, roots: Sequence[x509.Certificate]) -> None:
        self.stamps = tuple(document_stamps(reader, roots))
        self.covers_all, self.trusted = False, True
        self.issuers: tuple[str, ...] = ()
        self.stamped_revision = -1
        for stamp in reader.embedded_timestamp_signatures:
            self._look_at(stamp, roots)
        self._certificates, self._lists = kept_in(reader)
        self._roots = roots

    def _look_at(self, stamp: EmbeddedPdfSignature, roots: Sequence[x509.Certificate]) -> None:
        said = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        status = validate_pdf_timestamp(stamp, context_at(roots, said))
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        holds = bool(status.intact and status.valid and _filled_with_zeros(stamp))
        self.covers_all = holds and whole
        self.trusted = self.trusted and bool(status.trusted)
        self.issuers += (_issuer(stamp.signed_data, said),)
        if holds:
            self.stamped_revision = stamp.signed_revision

    def level(self, signature: EmbeddedPdfSignature, *, stamped: bool) -> str:
        """Return the PAdES level; empty for what is none."""
        if signature.sig_object["/SubFilter"] != PADES:
            return ""
        token = signature_stamp(signature)
        if not stamped or token is None:
            return "B-B"
        moment = stamped_at(token)
        if self._doubtful(signature.signed_data, moment):
            return "B-T"
        late = signature.signed_revision < self.stamped_revision
        proven = late and not self._doubtful(token, moment)
        until = max((one.until for one in self.stamps), default=moment)
        own = signature.signer_cert, self._certificates, self._lists
        return "B-LTA" if proven and outlasts(*own, moment, until) else "B-LT"

    def _doubtful(self, signed: cms.SignedData, moment: datetime) -> bool:
        """Return whether its certificate or an issuer of that is without a list in the file."""
        shown = extract_certificate_info(signed)
        beside = [*self._certificates, *shown.other_certs, *self._roots]
        kept = {one.dump() for one in self._certificates}
        own = shown.signer_cert
        return own.dump() not in kept or unproven(own, beside, self._lists, moment) is not None


def _status(signature: EmbeddedPdfSignature, roots: Roots) -> PdfSignatureStatus:
    moment = _moment(signature)
    signs = by_signer(signature.field_name, signature.signer_cert)
    return validate_pdf_signature(
        signature,
        context_at(roots.signing if signs else roots.sealing, moment),
        ts_validation_context=context_at(roots.stamping, moment),
    )


def by_signer(field: str, certificate: x509.Certificate) -> bool:
    """Return whether it is a person's signature under a statement, never a lock or a seal.

    An outside authority, which certifies such alone, takes name and statement from who asks.
    """
    signs = blank_name(field).startswith("sign:") and _title(certificate)[0] != SEAL_TITLE
    return signs and _statement(certificate) != ""


def _title(certificate: x509.Certificate) -> tuple[str, str]:
    """Return the role and the pseudonym that a certificate names."""
    # Of several common names it is a list: none of them says who signed.
    name = certificate.subject.native.get("common_name", "")
    role, _, pseudonym = name.rpartition(" ") if isinstance(name, str) else ("", "", "")
    return role, pseudonym


def _moment(signature: EmbeddedPdfSignature) -> datetime | None:
    """Return the time stamp's time, else what the file says itself."""
    token = signature_stamp(signature)
    if token is None:
        claimed: datetime | None = signature.self_reported_timestamp
        return claimed
    stamped: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return stamped


def _issuers(signature: EmbeddedPdfSignature) -> tuple[str, ...]:
    """Return who issued its certificate in the end, and that of its time stamp."""
    moment, token = _moment(signature), signature_stamp(signature)
    if moment is None:
        moment = signature.signer_cert["tbs_certificate"]["validity"]["not_before"].native
    signed = (signature.signed_data,) if token is None else (signature.signed_data, token)
    return tuple(_issuer(one, moment) for one in signed)


def _issuer(signed: cms.SignedData, moment: datetime) -> str:
    certificates = extract_certificate_info(signed)
    return top_of(certificates.signer_cert, certificates.other_certs, moment)


def _filled_with_zeros(signature: EmbeddedPdfSignature) -> bool:
    """Return whether nothing but zeros fills up the gap that holds the signature."""
    content = bytes(signature.pkcs7_content)
    made = len(cms.ContentInfo.load(content).dump())
    return not content[made:].strip(b"\0")


def _told(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    archive: _Archive,
    judged: bool,  # noqa: FBT001
) -> PdfSignature:
    certificate = signature.signer_cert
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.intact and stamp.valid
    role, pseudonym = _title(certificate)
    trusted = bool(status.trusted and (stamp is None or (stamped and stamp.trusted)))
    return PdfSignature(
        field=blank_name(signature.field_name),
        role=role,
        pseudonym=pseudonym,
        suite=_suite(signature),
        intact=bool(status.intact) and _filled_with_zeros(signature),
        valid=bool(status.valid),
        trusted=trusted if judged else None,
        unchanged=bool(status.docmdp_ok) and bool(status.seed_value_ok),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        level=archive.level(signature, stamped=stamped),
        signed_at=stamp.timestamp if stamped and stamp is not None else None,
        statement_sha256=_statement(certificate),
        key_sha256=sha256(certificate.public_key.dump()).hexdigest(),
        certificate_sha256=sha256(certificate.dump()).hexdigest(),
        issuers=_issuers(signature),
        server_issued=certificate.subject.native.get("organization_name") == ORGANIZATION,
        permits=_permits(signature),
        end=sum(int(number) for number in list(signature.byte_range)[2:]),
    )


def _permits(signature: EmbeddedPdfSignature) -> int:
    """Return P where the catalog names it as the certification, both when made and now."""
    reader: PdfFileReader = signature.reader
    own = signature.sig_field.raw_get("/V")
    roots = reader.get_historical_root(signature.signed_revision), reader.root
    if any(_certification(root) != (own.idnum, own.generation) for root in roots):
        return 0
    for reference in signature.sig_object.get("/Reference", ()):
        if reference["/TransformMethod"] == "/DocMDP":
            return int(reference["/TransformParams"]["/P"])
    return 0


def _certification(root: DictionaryObject) -> tuple[int, int] | None:
    """Return the number and generation of the signature that certifies (12.8.4)."""
    permissions = root.get("/Perms", {})
    if "/DocMDP" not in permissions:
        return None
    named = permissions.raw_get("/DocMDP")
    return named.idnum, named.generation


def _suite(signature: EmbeddedPdfSignature) -> str:
    suite = suite_of(signature.signer_cert.public_key.dump())
    digest = signature.signer_info["digest_algorithm"]["algorithm"].native
    return suite.id if suite is not None and suite.digest == digest else ""


def _statement(certificate: x509.Certificate) -> str:
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted == STATEMENT.dotted_string:
            digest: bytes = extension["extn_value"].contents
            return digest[OCTETS:].hex()
    return ""


def _modification(status: PdfSignatureStatus) -> str:
    level = status.modification_level
    return level.name.lower() if isinstance(level, ModificationLevel) else ""
