"""The invented record where staff sign and the seal is made in SM2; parties keep their phones."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec

from server.documents.keys import key_name
from server.documents.sealing import apply_seal
from server.documents.seals import seal_certificates
from server.documents.signatures import make_signature, server_key
from server.documents.signing import Desk, finished, prepare
from server.documents.suites import SM2
from server.domain.canonical import sha256_hex, sm3_hex
from server.domain.consent_statement import read_statement, statement_bytes
from server.domain.ids import StaffId
from server.domain.record import RecordParts, RecordSignature
from server.domain.suites import SM2_SM3
from server.ports.documents import KeyRef, SignOrder
from tests.archive.example import (
    HEXI,
    Office,
    certified,
    document,
    included,
    record_parts,
    signed_on_phone,
    told,
)
from tests.documents.example import SEALED_AT
from tests.documents.sealing import locked_by, seal_order, sign_order, signature
from tests.support.papers import desk_of
from tests.support.signers import signer_ids


def sm2_parts(office: Office, instead: Mapping[str, str] | None = None) -> RecordParts:
    """Return everything of the record; different calls make different keys for the phones.

    `instead` says with whose key a member of staff signs the PDF, other than his own.
    """
    text = document()
    desk = desk_of(office.keys, office.fonts)
    locked = locked_by(desk, text)
    pdf, given = locked.pdf, []
    for number, who in enumerate(signer_ids(text)):
        phone = ec.generate_private_key(ec.SECP256R1())
        said = signed_on_phone(text, locked, who, number, phone)
        if who.startswith("staff-"):
            said = by_staff(said, office, who)
        stated = hashlib.sha256(said.statement).hexdigest()
        order = sign_order(text, pdf, number, said.public_key, stated)
        if who.startswith("staff-"):
            pdf += in_pdf(order, staff((instead or {}).get(who, who)), desk)
        else:
            pdf += signature(desk, order, phone)
        given.append(said)
    sealed = apply_seal(replace(seal_order(text, pdf), suite=SM2_SM3), desk)
    trust = seal_certificates(office.keys, HEXI, SEALED_AT, SM2_SM3)
    parts = replace(
        record_parts(office),
        pdf=sealed.pdf,
        locked_size=len(locked.pdf),
        signatures=certified(given, sealed.pdf),
        seal_certificate=trust.seal,
        issuer_certificate=trust.issuer,
        pdf_seal=trust.pdf_seal,
    )
    return included(told(parts), office)


def in_pdf(order: SignOrder, ref: KeyRef, desk: Desk) -> bytes:
    """Return what a signature adds that is made with the key of `ref`, whosever turn it is."""
    prepared = prepare(order, desk)
    value = desk.keys.sign(key_name(ref, SM2), prepared.attributes)
    return finished(order.pdf, prepared.state, value, order.at, desk)


def staff(who: str) -> KeyRef:
    """Return the key this server keeps for a member of staff."""
    return KeyRef(committee_id=HEXI, staff_id=StaffId(who))


def by_staff(said: RecordSignature, office: Office, who: str) -> RecordSignature:
    """Return the same statement as made with the key this server keeps."""
    key = server_key(office.keys, staff(who), SM2_SM3)
    statement = statement_bytes(
        replace(
            read_statement(said.statement),
            key_sha256=sha256_hex(key),
            key_control="server",
            handwriting_sha256=None,
            strokes_sha256=None,
            key_sm3=sm3_hex(key),
            handwriting_sm3=None,
            strokes_sm3=None,
        )
    )
    made = make_signature(office.keys, staff(who), statement, SM2_SM3)
    return RecordSignature(
        signer_id=who, statement=statement, signature=made.signature, public_key=made.public_key
    )
