"""Signs and seals the example, with drawn handwriting and a drawn company seal."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageDraw

from server.documents.key_files import spki
from server.documents.signing import Desk, certify, finished, prepare
from server.documents.typesetting import typeset
from server.domain.agreement_document import AgreementDocument
from server.domain.ids import CommitteeId
from server.domain.signing_route import SigningRoute
from server.ports.documents import CompanySeal, LockedPdf, SealOrder, SignOrder
from tests.documents.example import LOCKED_AT, SEALED_AT
from tests.support.signers import signer_ids

NUMBER = "湖禾人调字〔2025〕第017号"
NO_STATEMENT = "ab" * 32


def locked_by(desk: Desk, document: AgreementDocument, site: str = "") -> LockedPdf:
    """Return the document drawn and certified; with a code to `site` where one is given."""
    committee = CommitteeId(document.committee.id)
    return certify(committee, typeset(document, desk.fonts, site), LOCKED_AT, desk)


def signed_at(number: int) -> datetime:
    """Return when the signer of that number, from 0, signed."""
    return LOCKED_AT + timedelta(minutes=3 + number)


def sign_order(
    document: AgreementDocument, pdf: bytes, number: int, key: bytes, statement: str = NO_STATEMENT
) -> SignOrder:
    """Return the order for the signature of the signer of that number, from 0."""
    signer = signer_ids(document)[number]
    official = signer.startswith("staff-")
    return SignOrder(
        committee_id=CommitteeId(document.committee.id),
        pdf=pdf,
        signer_id=signer,
        role="mediator" if official else "party",
        public_key=key,
        statement_sha256=statement,
        at=signed_at(number),
        signed_at=signed_at(number),
        handwriting=None if official else stroke(number),
    )


def signed_by_all(
    desk: Desk,
    document: AgreementDocument,
    locked: LockedPdf,
    keys: Mapping[str, ec.EllipticCurvePrivateKey] | None = None,
    statements: Mapping[str, str] | None = None,
) -> bytes:
    """Return the locked PDF with everybody's signature; `statements` are their digests.

    Given keys, only who has one signs with it: others sign in ink or speak.
    """
    pdf = locked.pdf
    for number, signer in enumerate(signer_ids(document)):
        if keys is not None and signer not in keys:
            continue
        key = (keys or {}).get(signer) or ec.generate_private_key(ec.SECP256R1())
        statement = (statements or {}).get(signer, NO_STATEMENT)
        pdf += signature(desk, sign_order(document, pdf, number, spki(key), statement), key)
    return pdf


def signature(desk: Desk, order: SignOrder, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return what one signature adds."""
    prepared = prepare(order, desk)
    value = key.sign(prepared.attributes, ec.ECDSA(hashes.SHA256()))
    return finished(order.pdf, prepared.state, value, order.at, desk)


def seal_order(document: AgreementDocument, signed: bytes) -> SealOrder:
    """Return the order that seals what everybody has signed."""
    company = CompanySeal(party_id="party-hengzhu", image=ring())
    routes = {
        s.route for p in document.parties if p.party_id == company.party_id for s in p.signers
    }
    return SealOrder(
        committee_id=CommitteeId(document.committee.id),
        committee_name=document.committee.name,
        signed=signed,
        number=NUMBER,
        place="鹭岛市湖滨区禾溪街道",
        at=SEALED_AT,
        effective_on=date(2025, 3, 14),
        company_seals=() if SigningRoute.WET_INK in routes else (company,),
    )


def stroke(seed: int) -> bytes:
    """Return a PNG of a pen stroke on nothing, another one for each seed."""
    image = Image.new("RGBA", (420, 160), (0, 0, 0, 0))
    points = [(20 + 60 * n, 40 + (n * 37 + seed * 23) % 90) for n in range(7)]
    ImageDraw.Draw(image).line(points, fill=(20, 20, 60, 255), width=8)
    return png(image)


def ring() -> bytes:
    """Return a JPEG scan of a round seal on white paper."""
    image = Image.new("RGB", (500, 500), "white")
    ImageDraw.Draw(image).ellipse((20, 20, 480, 480), outline=(200, 30, 30), width=14)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    """Return the image as PNG."""
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
