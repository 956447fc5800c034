"""The words on the screens, read from the pages' own dictionaries in either language."""

import json
import re
from collections.abc import Mapping
from functools import cache

from tests.architecture.tree import ROOT

SHOWN = (
    *("party", "landing", "copy", "elsewhere", "own", "receipt", "recording"),
    *("running", "surroundings", "trouble", "weak"),
)
PARTY = tuple(f"web/packages/core/src/strings/{name}" for name in SHOWN)
DESK = (
    "shell",
    "today",
    "cases",
    "log",
    "room",
    "agreement",
    "records",
    "recording",
    "keeping",
    "sealing",
    "admin",
)
CONSOLE = tuple(f"web/console/src/strings/{name}" for name in DESK)
ENTRY = re.compile(r'^\s*(?:"([^"]+)"|(\w+)):\s*("(?:[^"\\]|\\.)*")', re.MULTILINE)


class Words:
    """One dictionary in one language: `words("holdAbout", n=10)`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its places filled in."""
        text = self._texts[key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def start(self, key: str) -> str:
        """Return what stands before the first place to fill in."""
        return self._texts[key].partition("{")[0].strip()


@cache
def party_words(lang: str) -> Words:
    """Return what a party reads; `lang` is "zh" or "en"."""
    return _read(PARTY, lang)


@cache
def console_words(lang: str) -> Words:
    """Return what staff read; `lang` is "zh" or "en"."""
    return _read(CONSOLE, lang)


def _read(stems: tuple[str, ...], lang: str) -> Words:
    texts: dict[str, str] = {}
    for stem in stems:
        for quoted, bare, text in ENTRY.findall((ROOT / f"{stem}.{lang}.ts").read_text("utf-8")):
            texts.setdefault(quoted or bare, json.loads(text.replace("\\u{200b}", "\u200b")))
    return Words(texts)
