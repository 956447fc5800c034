"""Orders to seal, with drawn handwriting and a drawn company seal."""

from datetime import date, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from server.domain.agreement_document import AgreementDocument
from server.domain.ids import CommitteeId
from server.ports.documents import CompanySeal, LockedPdf, SealOrder, SignedLine
from tests.documents.example import LOCKED_AT, SEALED_AT

NUMBER = "湖禾人调字〔2025〕第017号"


def order(document: AgreementDocument, locked: LockedPdf) -> SealOrder:
    """Return the order that seals `document`, each line signed a minute after the other."""
    signed = tuple(
        SignedLine(signer_id=who, at=LOCKED_AT + timedelta(minutes=3 + n), handwriting=stroke(n))
        for n, who in enumerate(document.signer_ids())
    )
    return SealOrder(
        committee_id=CommitteeId(document.committee.id),
        committee_name=document.committee.name,
        locked=locked.pdf,
        number=NUMBER,
        place="鹭岛市湖滨区禾溪街道",
        at=SEALED_AT,
        effective_on=date(2025, 3, 14),
        lines=signed,
        company_seals=(CompanySeal(party_id="party-hengzhu", image=ring()),),
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
