"""Lets certificates name people whose characters are younger than Unicode 3.2.

RFC 4518 prepares names for comparison on Unicode 3.2 and forbids unassigned code points;
asn1crypto keeps to that and raises, so a rightly issued certificate of Mr 𬱟 could not be
validated. RFC 5280, 7.1 wants nothing but a comparison: younger characters compare as
they are.
"""

import stringprep
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from asn1crypto import x509  # type: ignore[import-untyped]

Prepare = Callable[[x509.NameTypeAndValue, str], str]

_KEPT, _LONGEST = 64, 256
"""Names whose prepared form is kept, as one PDF's few are compared hundreds of times; and how long
they may be: a stranger's certificate must not fill the memory.
"""
_GIVEN: Prepare = x509.NameTypeAndValue._ldap_string_prep  # noqa: SLF001  no other door


def allow() -> None:
    """Prepare names with younger characters without raising; others as before."""
    x509.NameTypeAndValue._ldap_string_prep = _prepare  # noqa: SLF001


def _prepare(_name: x509.NameTypeAndValue, text: str) -> str:
    return kept(text) if len(text) <= _LONGEST else _prepared(text)


def _prepared(text: str) -> str:
    if not any(stringprep.in_table_a1(letter) for letter in text):
        return _GIVEN(x509.NameTypeAndValue(), text)
    folded = unicodedata.normalize("NFKC", text).casefold()
    return f" {'  '.join(folded.split())} "


kept = lru_cache(_KEPT)(_prepared)
