"""Breaks samples by the dice: the same seed and number break the same sample in the same way."""

import random
from collections.abc import Callable, Sequence

EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
MOST_STEPS = 6
LARGEST = 1600


def dice_of(seed: int, kind: str, number: int) -> random.Random:
    """Return the dice of one input, so that each can be thrown again by itself."""
    return random.Random(f"{seed}:{kind}:{number}")


# ------------------------------------------------------------------ bytes


def _flip(raw: bytearray, dice: random.Random) -> None:
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)


def _edge(raw: bytearray, dice: random.Random) -> None:
    raw[dice.randrange(len(raw))] = dice.choice(EDGES)


def _wide_edge(raw: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(raw))
    size = dice.choice((2, 4))
    raw[at : at + size] = dice.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * size


def _noise(raw: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(raw))
    raw[at : at + dice.randrange(1, 9)] = dice.randbytes(dice.randrange(1, 9))


def _cut(raw: bytearray, dice: random.Random) -> None:
    del raw[dice.randrange(len(raw)) :]


def _leave_out(raw: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(raw))
    del raw[at : at + dice.randrange(1, 17)]


def _repeat(raw: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(raw))
    part = bytes(raw[at : at + dice.randrange(1, 65)])
    raw[at:at] = part * dice.randrange(1, 9)


STEPS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _edge,
    _edge,
    _wide_edge,
    _noise,
    _cut,
    _leave_out,
    _repeat,
)


def broken(samples: Sequence[bytes], dice: random.Random) -> bytes:
    """Return a sample after one to six steps, at times joined with the end of another."""
    raw = bytearray(dice.choice(samples))
    if dice.random() < 0.1:
        other = dice.choice(samples)
        raw = raw[: dice.randrange(len(raw) + 1)] + other[dice.randrange(len(other)) :]
    for _ in range(dice.randrange(1, MOST_STEPS + 1)):
        if not raw:
            break
        dice.choice(STEPS)(raw, dice)
    return bytes(raw[:LARGEST])


# ------------------------------------------------------------------ text

SIGNS = (" ", ":", "=", "/", "\r", "\n", "\0", "\ud800", "和", "９", "²", "-1", "99999999999", "a=")


def broken_text(sample: str, dice: random.Random) -> str:
    """Return a text after some steps on its lines and signs."""
    lines = sample.split("\r\n")
    for _ in range(dice.randrange(4)):
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(5):
            case 0:
                lines[at], lines[other] = lines[other], lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2 if len(lines) > 1:
                del lines[at]
            case 3:
                lines[at:at] = [lines[other]] * dice.randrange(1, 300)
            case _:
                words = lines[at].split(" ")
                words[dice.randrange(len(words))] = dice.choice(SIGNS)
                lines[at] = " ".join(words)
    text = "\r\n".join(lines)
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice((*SIGNS, "")) + text[at + dice.randrange(6) :]
    return text
