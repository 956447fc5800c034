"""Lets certificates name people whose characters are younger than Unicode 3.2.

RFC 4518 prepares names for comparison on Unicode 3.2 and forbids unassigned code points;
asn1crypto keeps to that and raises, so a rightly issued certificate of Mr 𬱟 could not be
validated. RFC 5280, 7.1 wants nothing but a comparison: younger characters compare as
they are.
"""

import stringprep
import unicodedata
from collections.abc import Callable

from asn1crypto import x509  # type: ignore[import-untyped]

Prepare = Callable[[x509.NameTypeAndValue, str], str]


def allow() -> None:
    """Prepare names with younger characters without raising; others as before."""
    given: Prepare = x509.NameTypeAndValue._ldap_string_prep  # noqa: SLF001  no other door
    if getattr(given, "allows_rare_names", False):
        return

    def prepared(self: x509.NameTypeAndValue, text: str) -> str:
        if not any(stringprep.in_table_a1(letter) for letter in text):
            return given(self, text)
        folded = unicodedata.normalize("NFKC", text).casefold()
        return f" {'  '.join(folded.split())} "

    prepared.allows_rare_names = True  # type: ignore[attr-defined]
    x509.NameTypeAndValue._ldap_string_prep = prepared  # noqa: SLF001
