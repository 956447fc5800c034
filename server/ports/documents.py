"""What the core asks of the makers of documents: draw, show, sign, seal, check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from server.domain.agreement_document import AgreementDocument
from server.domain.ids import CommitteeId, StaffId
from server.domain.printout import Printout
from server.domain.renewal import Stamp
from server.domain.suites import P256_SHA256


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A blank of the locked PDF: points from the top left corner of its page (from 1).

    `name` is number, place, effective, seal, sealed, sign:<signer>, at:<signer> or
    scan:<party>; `label` is what stands before it in print.
    """

    name: str
    page: int
    x: float
    y: float
    width: float
    height: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPdf:
    """The exact bytes everybody signs. `digest` is the agreement's, not the file's."""

    pdf: bytes = field(repr=False)
    pdf_sha256: str
    digest: str
    pages: int
    slots: tuple[Slot, ...]


class Renderer(Protocol):
    """Draws the agreement and shows exact pages of a PDF."""

    async def render(self, document: AgreementDocument) -> LockedPdf:
        """Return the locked PDF; equal documents give equal bytes.

        Raises MissingCharactersError before anything is drawn when no font has a
        character of it.
        """
        ...

    async def print_out(self, printout: Printout) -> bytes:
        """Return a paper for the case file as PDF; equal ones give equal bytes.

        A character that no font has, nor any picture, is printed as its code.
        """
        ...

    async def pages(self, pdf: bytes, width: int) -> list[bytes]:
        """Return every page as a WebP picture `width` pixels wide."""
        ...

    async def watermarked(self, pdf: bytes, width: int, words: str) -> list[bytes]:
        """Return the pages with `words`, the viewer's name and the time, drawn across."""
        ...

    async def check_picture(self, content: bytes) -> None:
        """Raise InvalidValueError unless the seal could print this picture."""
        ...

    async def missing_characters(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that no font can draw."""
        ...

    async def character_picture(self, content: bytes) -> str:
        """Return the one character on a photo or scan as a black and white PNG, base64.

        Raises InvalidValueError for what is no picture, too big, or shows no dark character
        on light paper.
        """
        ...

    async def count_scan(self, content: bytes) -> int:
        """Return the pages of a scan: a PDF's, 1 for JPEG or PNG; else InvalidValueError."""
        ...

    async def scan_page(self, content: bytes, part: int, width: int) -> bytes:
        """Return page `part` (from 1) of a scan as WebP, at most `width` pixels wide."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRef:
    """A signing key of this server: a committee's seal, a member of staff's own, or the log's."""

    committee_id: CommitteeId | None
    staff_id: StaffId | None = None


LOG_KEY = KeyRef(committee_id=None)
"""Signs the checkpoints of the log, which belongs to no committee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSignature:
    """`signature` is DER, `public_key` a DER SPKI; `suite` names curve and digest."""

    suite: str
    signature: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealCertificates:
    """PEM certificates: of the seal over a record's manifest, and of the committee's issuer.

    `pdf_seal` are those of the seal in the PDF and of the issuer between, where that seal is
    of another suite than P-256: the manifest's stays checkable with tools everybody has.
    """

    seal: bytes
    issuer: bytes
    pdf_seal: tuple[bytes, bytes] | None = None


class Signer(Protocol):
    """Signs with keys this server keeps. A missing key is made on first use.

    Staff sign, and committees seal PDFs, in `suite`; manifests and the log are P-256 always.
    """

    @property
    def suite(self) -> str:
        """The name of the suite, from the settings."""
        ...

    async def sign(self, key: KeyRef, message: bytes) -> MadeSignature:
        """Return the signature."""
        ...

    async def public_key(self, key: KeyRef) -> bytes:
        """Return the DER SPKI of a key, which a statement names before it is signed."""
        ...

    async def issuer(self, committee_id: CommitteeId, at: datetime) -> bytes:
        """Return the certificate of the committee's issuer, which all others end in, as PEM."""
        ...

    async def seal_certificates(
        self, committee_id: CommitteeId, at: datetime, suite: str
    ) -> SealCertificates:
        """Return what checks a record whose PDF is sealed in that suite."""
        ...

    async def outside_seals(self, committee_id: CommitteeId) -> tuple[bytes, ...]:
        """Return the certificates (PEM) an authority outside gave its seal, earlier ones too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOrder:
    """One person's signature in the PDF.

    `pdf` is the file as the one before left it, `public_key` a DER SPKI, `statement_sha256`
    the digest of the consent statement signed with it. `at` is now, `signed_at` the moment
    of the statement, which is printed; `handwriting` is a PNG.
    """

    committee_id: CommitteeId
    pdf: bytes = field(repr=False)
    signer_id: str
    role: str
    public_key: bytes
    statement_sha256: str
    at: datetime
    signed_at: datetime
    handwriting: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signature that lacks only its value.

    `attributes` are the DER signed attributes (RFC 5652, 5.4) to be signed, `state` what
    finishing needs beside the PDF.
    """

    attributes: bytes
    state: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySeal:
    """The scan of an organisation's seal, PNG or JPEG, for its line."""

    party_id: str
    image: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealOrder:
    """Everything the seal adds to the bytes that everybody has signed.

    `at` is when the seal was applied and the number given, which the page says; `stamped_at` is
    now, which is later where the seal waited: signature and time stamps say that. None is `at`.
    `seal_image` None draws the committee's name in a red ring that says it was made by this
    server. `suite` is the seal's.
    """

    committee_id: CommitteeId
    committee_name: str
    signed: bytes = field(repr=False)
    number: str
    place: str
    at: datetime
    effective_on: date
    company_seals: tuple[CompanySeal, ...] = ()
    seal_image: bytes | None = field(default=None, repr=False)
    suite: str = P256_SHA256
    stamped_at: datetime | None = None

    @property
    def made_at(self) -> datetime:
        """Return when signature and time stamps are made."""
        return self.stamped_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPdf:
    """The sealed bytes; the signed ones are their prefix. Certificates are PEM."""

    pdf: bytes = field(repr=False)
    pdf_sha256: str
    seal_certificate: bytes
    issuer_certificate: bytes


class SigningChain(Protocol):
    """Puts one signature after the other into a PDF; each leaves what was there untouched.

    Every one is PAdES with a time stamp and revocation data (B-LT), the seal lasts (B-LTA).
    """

    async def certify(self, committee: CommitteeId, drawn: LockedPdf, at: datetime) -> LockedPdf:
        """Return the drawn PDF with its form, certified for nothing but filling and signing."""
        ...

    async def prepare(self, order: SignOrder) -> Prepared:
        """Return what the signer's own key is to sign.

        Raises InvalidValueError for a signer without a blank or an unprintable picture.
        """
        ...

    async def finish(self, pdf: bytes, state: bytes, signature: bytes, at: datetime) -> bytes:
        """Return the bytes that the signed PDF has more than `pdf`. `signature` is DER.

        Raises UnprovenError where nothing says that the signer's certificate still holds.
        """
        ...

    async def sign(self, order: SignOrder, key: KeyRef) -> bytes:
        """Do both at once with a key of this server; `order.public_key` is that key's."""
        ...

    async def seal(self, order: SealOrder) -> SealedPdf:
        """Return the sealed PDF. Sealing again gives other bytes, for the time stamps."""
        ...

    async def certificates(self, pdf: bytes) -> Mapping[str, bytes]:
        """Return with which certificate (PEM) each person signed the PDF, by signer."""
        ...


class StampRoot(bytes):
    """A root certificate as PEM that is trusted for time stamps alone.

    Whoever stamps for the public often issues other certificates below the same root: none of
    those makes anybody a signer, or a committee.
    """

    __slots__ = ()


class SignerRoot(bytes):
    """A root certificate as PEM that is trusted for who signs with a statement alone.

    An authority that certifies persons says nothing of a committee's seal, nor of a time stamp.
    """

    __slots__ = ()


class SealRoot(bytes):
    """A root certificate as PEM that is trusted for locks, seals and signers, never for a stamp.

    For a reader who names apart who stamps: the committee's issuer then vouches for no time.
    """

    __slots__ = ()


def for_seals(anchors: Sequence[bytes]) -> list[bytes]:
    """Return those that vouch for locks and seals: with none of them nobody judges trust."""
    return [one for one in anchors if not isinstance(one, StampRoot | SignerRoot)]


class ArchiveStamper(Protocol):
    """Stamps for the archive (RFC 3161). TimestampsUnavailableError where nobody stamps now."""

    async def renew(self, committee: CommitteeId, pdf: bytes, at: datetime, digest: str) -> bytes:
        """Return the bytes that a PDF has more with its last time stamp renewed.

        They prove the stamp it had, and stamp the whole anew with this digest.
        """
        ...

    async def stamp(
        self, committee: CommitteeId | None, message: bytes, at: datetime, digest: str = "sha256"
    ) -> bytes:
        """Return a token over `message` as DER; without a committee, of the server's own log."""
        ...

    async def root_of(self, token: bytes, message: bytes) -> bytes | None:
        """Return the root certificate (PEM) of a token over `message`, None without one at hand."""
        ...

    async def last_stamp(self, pdf: bytes) -> Stamp | None:
        """Return the last time stamp over a whole PDF, None where there is none."""
        ...

    async def lasts(self, pdf: bytes) -> bool:
        """Return whether a PDF's seal is not below B-LTA."""
        ...

    async def may_last(self, pdf: bytes, at: datetime) -> bool:
        """Return whether whoever is asked now gives what a seal below B-LTA lacks."""
        ...


class SignatureChecker(Protocol):
    """Checks a signature made elsewhere, such as a phone's WebCrypto key."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether it holds. `signature` is raw r‖s (64 bytes) or DER."""
        ...

    def to_der(self, signature: bytes) -> bytes:
        """Return raw r‖s as DER, and DER as it is; InvalidValueError for neither."""
        ...


CERTIFICATION, SEAL = "certification", "seal"
"""The fields of the first and the last signature of a sealed PDF."""

FILL_AND_SIGN = 2
"""P of our certification (ISO 32000-1, table 254): nothing but filling in and signing."""
