"""Photos of single characters, as staff bring them for names that no font has."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from server.documents.drawn_font import encoded
from server.documents.fonts import NEEDED
from server.domain.agreement_document import AgreementDocument
from server.domain.drawn_characters import CharacterPicture, with_pictures
from tests.documents.conftest import ROOT
from tests.documents.example import example

UNKNOWN = "\U00031350"  # 𱍐, of Unicode 15: in no font of the project's
FONT = next(Path(ROOT, "web/node_modules").rglob(NEEDED[1]))


def photo(shape: str = "龘", paper: str = "#d8d2c4", ink: str = "#3a3340") -> bytes:
    """Return a JPEG of a printed character as a phone takes it: grey, soft, off the middle."""
    taken = Image.new("RGB", (900, 700), paper)
    drawn = ImageDraw.Draw(taken)
    drawn.text((380, 330), shape, font=ImageFont.truetype(FONT, 420), fill=ink, anchor="mm")
    kept = BytesIO()
    taken.filter(ImageFilter.GaussianBlur(2)).save(kept, "JPEG", quality=70)
    return kept.getvalue()


def pictured(shape: str = "龘") -> AgreementDocument:
    """Return the example of somebody whose name is drawn from a photo of `shape`."""
    picture = CharacterPicture(character=UNKNOWN, picture=encoded(photo(shape)))
    return with_pictures(example(name=f"陈{UNKNOWN}"), {UNKNOWN}, [picture])
