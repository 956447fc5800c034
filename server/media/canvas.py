"""One picture in 4:2:0 that others are put into, plane by plane."""

from fractions import Fraction
from typing import Final

from av import VideoFrame
from av.video.reformatter import Interpolation
from PIL import Image

from server.media.grid_layout import Area

FORMAT: Final = "yuv420p"
_DARK: Final = 16
"""Black in limited range (ITU-R BT.601)."""
_GREY: Final = 128
_TURNS: Final = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Clockwise degrees; Pillow counts the other way."""


class Canvas:
    """A picture that is kept between frames; only what changes is drawn again."""

    def __init__(self, width: int, height: int) -> None:
        """Begin dark."""
        self._width, self._height = width, height
        self._planes = [
            bytearray([_DARK]) * (width * height),
            bytearray([_GREY]) * (width * height // 4),
            bytearray([_GREY]) * (width * height // 4),
        ]

    def clear(self, area: Area) -> None:
        """Make an area dark."""
        for n, plane in enumerate(self._planes):
            part = _part(area, n)
            line = bytes([_GREY if n else _DARK]) * part.width
            self._lines(plane, part, n, [line] * part.height)

    def put(self, frame: VideoFrame, area: Area, turned: int = 0) -> None:
        """Fit a picture into an area, whole and undistorted, after a turn clockwise by degrees."""
        wide, high = _fitted(frame, area, turned)
        across = turned in {90, 270}
        size = (high, wide) if across else (wide, high)
        scaled = frame.reformat(*size, FORMAT, interpolation=Interpolation.FAST_BILINEAR)
        x, y = ((area.width - wide) // 2) & ~1, ((area.height - high) // 2) & ~1
        inner = Area(area.x + x, area.y + y, wide, high)
        for n, plane in enumerate(self._planes):
            part = _part(inner, n)
            self._lines(plane, part, n, _rows(scaled, n, turned, part.width))

    def write(self, luma: bytes, area: Area) -> None:
        """Put a grey picture of an area's very size there."""
        rows = [luma[at : at + area.width] for at in range(0, len(luma), area.width)]
        self._lines(self._planes[0], area, 0, rows)

    def frame(self, number: int, rate: int) -> VideoFrame:
        """Return what is drawn as frame `number` of a film."""
        made = VideoFrame(self._width, self._height, FORMAT)
        for plane, content in zip(made.planes, self._planes, strict=True):
            plane.update(bytes(content))
        made.pts, made.time_base = number, Fraction(1, rate)
        return made

    def _lines(
        self, plane: bytearray, part: Area, n: int, rows: "list[bytes] | list[memoryview]"
    ) -> None:
        stride = self._width >> bool(n)
        at = part.y * stride + part.x
        for row in rows:
            plane[at : at + part.width] = row
            at += stride


def _part(area: Area, n: int) -> Area:
    """Return an area on plane `n`: those of colour have half the width and height."""
    if n == 0:
        return area
    return Area(area.x // 2, area.y // 2, area.width // 2, area.height // 2)


def _fitted(frame: VideoFrame, area: Area, turned: int) -> tuple[int, int]:
    across = turned in {90, 270}
    width, height = (frame.height, frame.width) if across else (frame.width, frame.height)
    scale = min(area.width / width, area.height / height)
    return max(2, int(width * scale) & ~1), max(2, int(height * scale) & ~1)


def _rows(frame: VideoFrame, n: int, turned: int, width: int) -> "list[bytes] | list[memoryview]":
    plane = frame.planes[n]
    view, step = memoryview(plane), plane.line_size
    if not turned:
        return [view[at * step : at * step + width] for at in range(plane.height)]
    lines = b"".join(view[at * step : at * step + plane.width] for at in range(plane.height))
    image = Image.frombytes("L", (plane.width, plane.height), lines).transpose(_TURNS[turned])
    content = image.tobytes()
    return [content[at : at + width] for at in range(0, len(content), width)]
