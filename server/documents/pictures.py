"""Turns pictures from outside (handwriting, seals) into image objects of a PDF.

Everything is decoded and written anew, so nothing hidden in a file reaches the record;
size limits stand before decoding, because a small file can unfold to gigabytes.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from server.domain.errors import InvalidValueError

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 24_000_000
PAPER, INK = 235, 150  # a channel at least this light is paper, at most this is ink
LONGEST = 1200  # pixels kept: 600 dpi for a seal of 50 mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture: an RGBA image no longer than 1200 pixels."""

    image: Image.Image

    @property
    def ratio(self) -> float:
        """Return width over height."""
        return self.image.width / self.image.height


def picture(content: bytes) -> Picture:
    """Return the decoded picture. Raises InvalidValueError for what is none or too big."""
    try:
        opened = Image.open(BytesIO(content), formats=FORMATS)
        if opened.width * opened.height > MOST_PIXELS:
            raise InvalidValueError(field="image", reason="too_big")
        image = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError as error:  # by the size its header names
        raise InvalidValueError(field="image", reason="too_big") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidValueError(field="image", reason="not_a_picture") from error
    image.thumbnail((LONGEST, LONGEST))
    return Picture(image=_without_paper(image))


def _without_paper(image: Image.Image) -> Image.Image:
    """Return a scan without its white paper, which would hide the words below a seal."""
    red, green, blue, alpha = image.split()
    if alpha.getextrema() != (255, 255):
        return image
    darkest = ImageChops.darker(red, ImageChops.darker(green, blue))
    return Image.merge("RGBA", (red, green, blue, darkest.point(_opacity)))


def _opacity(darkest: float) -> float:
    return max(0, min(255, (PAPER - darkest) * 255 / (PAPER - INK)))


def check_picture(content: bytes) -> None:
    """Raise InvalidValueError unless the seal could print this picture."""
    picture(content)


def embed(writer: BasePdfFileWriter, shown: Picture) -> generic.IndirectObject:
    """Add the picture to the PDF as an image object with its transparency."""
    red, green, blue, alpha = shown.image.split()
    colours = Image.merge("RGB", (red, green, blue))
    image = _image(colours, "/DeviceRGB")
    image[pdf_name("/SMask")] = writer.add_object(_image(alpha, "/DeviceGray"))
    return writer.add_object(image)


def _image(image: Image.Image, space: str) -> generic.StreamObject:
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(image.width),
            pdf_name("/Height"): generic.NumberObject(image.height),
            pdf_name("/ColorSpace"): pdf_name(space),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        },
        stream_data=image.tobytes(),
    )
    stream.compress()
    return stream
