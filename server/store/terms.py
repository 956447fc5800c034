"""What a text is searched by: a name's characters and neighbours, a number's plain form.

Names are compared without width, case, spaces and middle dots. A name is found by any
part of it: every single character and every two neighbours are terms, and a query has
to match all neighbours it holds within one and the same name.
"""

import re
import unicodedata
from collections.abc import Callable

_NAME_NOISE = re.compile(r"[\s\u00b7\u2022\u2027\u30fb\u30a0-]+")
_NUMBER_NOISE = re.compile(r"[\s()\[\]\u3010\u3011\u3014\u3015_-]+")
_LONGEST_QUERY = 50


def plain_name(name: str) -> str:
    """Return the form in which names are compared."""
    return _stable(name, lambda text: _NAME_NOISE.sub("", _nfkc(_nfkc(text).casefold())))


def plain_number(number: str) -> str:
    """Return the form in which identity, case and agreement numbers are compared."""
    return _stable(number, lambda text: _NUMBER_NOISE.sub("", _nfkc(_nfkc(text).upper())))


def plain_login(login: str) -> str:
    """Return the form in which logins are compared."""
    return _nfkc(login).casefold().strip()


def name_parts(name: str) -> set[str]:
    """Return every term by which a name is found."""
    plain = plain_name(name)
    return set(plain) | _neighbours(plain)


def query_parts(text: str) -> set[str]:
    """Return the terms a name must have to hold `text`; none when there is nothing to ask."""
    plain = plain_name(text)[:_LONGEST_QUERY]
    return _neighbours(plain) or set(plain)


def _neighbours(plain: str) -> set[str]:
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _stable(text: str, fold: Callable[[str], str]) -> str:
    # Once is nearly always enough; what folding brings together may fold again.
    while (folded := fold(text)) != text:
        text = folded
    return text
