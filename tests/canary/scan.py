"""Looks for planted words in bytes, in every dress they could wear."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

SHORTEST = 4


def dresses(word: str) -> set[bytes]:
    """Return the forms in which a word would betray itself: plain, UTF-16, hex, base64."""
    forms = set()
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = word.encode(encoding)
        forms |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
    forms |= set(_base64(word.encode()))
    forms.add(word.encode("unicode_escape"))
    return forms


def _base64(raw: bytes) -> Iterator[bytes]:
    # At each of three alignments, what its neighbours cannot change: not the characters
    # that share bits with the byte before or the byte after.
    for shift in range(3):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            whole = code(b"\0" * shift + raw).rstrip(b"=")
            shared = 1 if (len(raw) + shift) % 3 else 0
            middle = whole[(0, 2, 3)[shift] : len(whole) - shared]
            if len(middle) > SHORTEST:
                yield middle


def found(content: bytes, words: Iterable[str]) -> set[str]:
    """Return the words that the bytes hold in any dress."""
    return {word for word in words if any(form in content for form in dresses(word))}


def files_below(folder: Path, *, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """Yield every regular file below a folder, except in the named parts of it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(path.relative_to(folder).parts[:1]) & set(without):
            yield path
