"""The document makers as the core's ports see them; the work runs in the pool."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.documents.certificates import issuer
from server.documents.drawn_font import encoded
from server.documents.fonts import FontFolders, missing_characters
from server.documents.keys import KeyProvider
from server.documents.pages import pictures
from server.documents.pictures import check_picture
from server.documents.printing import print_out
from server.documents.scans import count_scan, scan_page
from server.documents.sealing import apply_seal
from server.documents.seals import outside_certificates, seal_certificates
from server.documents.signature_facts import signer_certificates
from server.documents.signatures import (
    make_signature,
    server_key,
    to_der,
    verify_from_phone,
)
from server.documents.signing import Desk, certify, finished, prepare, sign_here
from server.documents.typesetting import typeset
from server.documents.watermark import marked_pictures
from server.domain.agreement_document import AgreementDocument
from server.domain.ids import CommitteeId
from server.domain.printout import Printout
from server.domain.suites import P256_SHA256
from server.ports.documents import (
    KeyRef,
    LockedPdf,
    MadeSignature,
    Prepared,
    SealCertificates,
    SealedPdf,
    SealOrder,
    SignOrder,
)
from server.ports.system import WorkPool


@dataclass(frozen=True, slots=True)
class TypstRenderer:
    """Renderer: draws with the fonts of these folders and no others.

    `site` is the public address printed as a code; empty prints none.
    """

    work: WorkPool
    fonts: FontFolders
    site: str = ""

    async def render(self, document: AgreementDocument) -> LockedPdf:
        return await self.work.run(typeset, document, self.fonts, self.site)

    async def print_out(self, printout: Printout) -> bytes:
        return await self.work.run(print_out, printout, self.fonts)

    async def pages(self, pdf: bytes, width: int) -> list[bytes]:
        return await self.work.run(pictures, pdf, width)

    async def watermarked(self, pdf: bytes, width: int, words: str) -> list[bytes]:
        return await self.work.run(marked_pictures, pdf, width, words, self.fonts)

    async def check_picture(self, content: bytes) -> None:
        await self.work.run(check_picture, content)

    async def missing_characters(self, text: str) -> frozenset[str]:
        return await self.work.run(missing_characters, text, self.fonts)

    async def character_picture(self, content: bytes) -> str:
        return await self.work.run(encoded, content)

    async def count_scan(self, content: bytes) -> int:
        return await self.work.run(count_scan, content)

    async def scan_page(self, content: bytes, part: int, width: int) -> bytes:
        return await self.work.run(scan_page, content, part, width)


@dataclass(frozen=True, slots=True)
class LocalChain:
    """SigningChain: signs for the server and its staff through the key provider."""

    work: WorkPool
    desk: Desk

    async def certify(self, committee: CommitteeId, drawn: LockedPdf, at: datetime) -> LockedPdf:
        return await self.work.run(certify, committee, drawn, at, self.desk)

    async def prepare(self, order: SignOrder) -> Prepared:
        return await self.work.run(prepare, order, self.desk)

    async def finish(self, pdf: bytes, state: bytes, signature: bytes, at: datetime) -> bytes:
        return await self.work.run(finished, pdf, state, signature, at, self.desk)

    async def sign(self, order: SignOrder, key: KeyRef) -> bytes:
        return await self.work.run(sign_here, order, key, self.desk)

    async def seal(self, order: SealOrder) -> SealedPdf:
        return await self.work.run(apply_seal, order, self.desk)

    async def certificates(self, pdf: bytes) -> Mapping[str, bytes]:
        return await self.work.run(signer_certificates, pdf)


@dataclass(frozen=True, slots=True)
class LocalSigner:
    """Signer: staff and seal keys of this server."""

    work: WorkPool
    keys: KeyProvider
    suite: str = P256_SHA256

    async def sign(self, key: KeyRef, message: bytes) -> MadeSignature:
        return await self.work.run(make_signature, self.keys, key, message, self.suite)

    async def public_key(self, key: KeyRef) -> bytes:
        return await self.work.run(server_key, self.keys, key, self.suite)

    async def issuer(self, committee_id: CommitteeId, at: datetime) -> bytes:
        return await self.work.run(issuer, self.keys, committee_id, at)

    async def seal_certificates(
        self, committee_id: CommitteeId, at: datetime, suite: str
    ) -> SealCertificates:
        return await self.work.run(seal_certificates, self.keys, committee_id, at, suite)

    async def outside_seals(self, committee_id: CommitteeId) -> tuple[bytes, ...]:
        return await self.work.run(outside_certificates, self.keys, committee_id)


@dataclass(frozen=True, slots=True)
class EcdsaChecker:
    """SignatureChecker: P-256 over SHA-256, quick enough for the loop."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        return verify_from_phone(public_key, message, signature)

    def to_der(self, signature: bytes) -> bytes:
        return to_der(signature)
