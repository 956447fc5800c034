"""Renews the time stamp over a sealed PDF before the certificate behind it ends.

The update adds what proves the stamp that is there (ETSI EN 319 142-1, 5.5: validation data
first, then the next stamp) and a stamp over everything. What was there stays its prefix.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import chain

from asn1crypto import cms, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info

from server.documents.asking import named_in
from server.documents.certificates import certificate_der
from server.documents.chain import prove
from server.documents.form import blank_name
from server.documents.inspection import inspect
from server.documents.issuer import fresh_lists
from server.documents.remote_timestamps import pem_of, shown_by
from server.documents.revocation import Proof, kept_in, outlasts, read_proofs, unproven
from server.documents.sealing import stamp_whole
from server.documents.signing import Desk
from server.documents.stamp_facts import (
    TAMPERED,
    document_stamps,
    read_stamp,
    signature_stamp,
    signature_stamps,
    stamped_at,
)
from server.documents.to_end import to_end
from server.documents.updates import Update, update_of
from server.domain.ids import CommitteeId
from server.domain.renewal import Stamp
from server.ports.documents import SEAL, StampRoot
from server.ports.system import WorkPool

LOG = CommitteeId("log")
"""Whose key stamps the log's checkpoints where this server is its own authority."""


def renewed(committee: CommitteeId, pdf: bytes, at: datetime, digest: str, desk: Desk) -> bytes:
    """Return the bytes that the PDF has more with another time stamp over all of it."""
    return to_end(_renewed(committee, pdf, at, digest, desk))[len(pdf) :]


async def _renewed(
    committee: CommitteeId, pdf: bytes, at: datetime, digest: str, desk: Desk
) -> bytes:
    update, reader = update_of(pdf), PdfFileReader(BytesIO(pdf))
    stamps = reader.embedded_timestamp_signatures
    for token in (*_to_prove(reader), *_outside_seal(reader, at)):
        await _prove(update, token, committee, at, desk)
    stamper = desk.sources.stamps.stamper(committee, at)
    field = f"archive-{len(stamps) + 1}" if stamps else "archive"
    return await stamp_whole(update, stamper, field, digest)


def _to_prove(reader: PdfFileReader) -> list[cms.SignedData]:
    """Return the last stamp over the whole, and one of each certificate that lacks its list."""
    certificates, lists = kept_in(reader)
    whole = [one.signed_data for one in reader.embedded_timestamp_signatures]
    found = {}
    for token in (*signature_stamps(reader), *whole):
        shown = extract_certificate_info(token)
        beside = [*certificates, *shown.other_certs]
        if unproven(shown.signer_cert, beside, lists, stamped_at(token)) is not None:
            found[shown.signer_cert.dump()] = token
    for token in whole[-1:]:
        found[extract_certificate_info(token).signer_cert.dump()] = token
    return list(found.values())


def _outside_seal(reader: PdfFileReader, at: datetime) -> list[cms.SignedData]:
    """Return the seal, where an authority certified it and still speaks of its certificate.

    What it said at the seal may have ended since; said again later, it lasts.
    """
    sealed = [
        one for one in reader.embedded_regular_signatures if blank_name(one.field_name) == SEAL
    ]
    return [
        one.signed_data
        for one in sealed
        if named_in(one.signer_cert) and at <= one.signer_cert.not_valid_after
    ]


async def _prove(
    update: Update, token: cms.SignedData, committee: CommitteeId, at: datetime, desk: Desk
) -> None:
    shown = await shown_by(token, at)
    own = fresh_lists(desk.keys, committee, shown, at)
    prove(update, (shown,), (*shown.revoked, *own))


def stamped(
    committee: CommitteeId | None, message: bytes, at: datetime, digest: str, desk: Desk
) -> bytes:
    """Return a token over the message as DER."""
    stamper = desk.sources.stamps.stamper(committee or LOG, at)
    imprint = hashlib.new(digest, message).digest()
    made: bytes = to_end(stamper.async_timestamp(imprint, digest)).dump()
    return made


def root_of(token: bytes, message: bytes, roots: Iterable[bytes]) -> bytes | None:
    """Return whose chain a token over `message` ends in: of those it brings along, or `roots`."""
    beside = (one.chosen for one in cms.ContentInfo.load(token)["content"]["certificates"])
    named = (x509.Certificate.load(certificate_der(one)) for one in roots)
    whole = (pem_of(one) for one in chain(beside, named) if one.self_issued)
    return next((one for one in whole if _led(token, message, one)), None)


def _led(token: bytes, message: bytes, root: bytes) -> bool:
    found = read_stamp(token, message, (StampRoot(root),))
    return found is not None and found.trusted is True


def last_stamp(pdf: bytes) -> Stamp | None:
    """Return the last time stamp over the whole PDF, trusted or not."""
    try:
        found = document_stamps(PdfFileReader(BytesIO(pdf)), ())
    except TAMPERED:
        return None
    return found[-1] if found else None


def lasts(pdf: bytes) -> bool:
    """Return whether the seal is not at B-LT."""
    return all(one.field != SEAL or one.level != "B-LT" for one in inspect(pdf, 0, ()).each)


def may_last(pdf: bytes, at: datetime) -> bool:
    """Return whether the authorities now give what a seal below B-LTA lacks."""
    reader = PdfFileReader(BytesIO(pdf))
    seal = reader.embedded_regular_signatures[-1]
    token = signature_stamp(seal)
    if token is None:
        return False
    moment, (certificates, proofs) = stamped_at(token), kept_in(reader)
    for signed in (token, *_outside_seal(reader, at)):
        proofs += [one for der in to_end(shown_by(signed, at)).revoked for one in _read(der)]
    shown = extract_certificate_info(token)
    beside = [*certificates, *shown.other_certs]
    if unproven(shown.signer_cert, beside, proofs, moment) is not None:
        return False
    until = max(one.until for one in document_stamps(reader, ()))
    return outlasts(seal.signer_cert, certificates, proofs, moment, until)


def _read(der: bytes) -> list[Proof]:
    try:
        return read_proofs(der)
    except ValueError:
        return []


@dataclass(frozen=True, slots=True)
class PooledStamper:
    """ArchiveStamper: the authority of the signatures, asked from the pool."""

    work: WorkPool
    desk: Desk

    async def renew(self, committee: CommitteeId, pdf: bytes, at: datetime, digest: str) -> bytes:
        return await self.work.run(renewed, committee, pdf, at, digest, self.desk)

    async def stamp(
        self, committee: CommitteeId | None, message: bytes, at: datetime, digest: str = "sha256"
    ) -> bytes:
        return await self.work.run(stamped, committee, message, at, digest, self.desk)

    async def root_of(self, token: bytes, message: bytes) -> bytes | None:
        return await self.work.run(root_of, token, message, self.desk.sources.stamps.roots)

    async def last_stamp(self, pdf: bytes) -> Stamp | None:
        return await self.work.run(last_stamp, pdf)

    async def lasts(self, pdf: bytes) -> bool:
        return await self.work.run(lasts, pdf)

    async def may_last(self, pdf: bytes, at: datetime) -> bool:
        return await self.work.run(may_last, pdf, at)
