"""The one form of a record: a closed set of names, and one way to write each JSON text.

So no other agreement passes as part of it, and nobody reads what others did not. FORMAT.md
says the same in words; `verify.sh` and `verify.html` keep the same rules.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from server.domain.canonical import canonical_json
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json

PLAIN = "[0-9A-Za-z][0-9A-Za-z_.-]*"
"""What an identifier, or a folder named after one, is made of."""
_OWN = re.compile(
    r"agreement\.(pdf|json)|consents\.json|identity\.json|log\.jsonl"
    r"|manifest\.(json|sig)|SHA256SUMS|README\.txt|FORMAT\.md|verify\.(sh|html)"
    r"|trust/(seal|issuer|pdf-seal|pdf-seal-issuer|log-stamps)\.pem"
    r"|log/(checkpoint\.(txt|tst)|proofs\.json|public_key\.pem)"
    rf"|recordings/{PLAIN}\.jsonl|paper/{PLAIN}\.(jpg|png|pdf)"
    rf"|(signatures|attested)/{PLAIN}/(statement\.json|signature\.bin|public_key\.pem)"
    rf"|signatures/{PLAIN}/(certificate\.pem|handwriting\.png|strokes\.json)"
    r"|META-INF/(ASiCManifest001\.xml|signature001\.p7s)"
)
_SIGNATURES = "signatures/"
_KEY = re.compile(r"[ !#-\[\]-~]*")
DEEPEST = 64


def odd_names(names: Iterable[str], signers: Iterable[str]) -> set[str]:
    """Return the names that no record holds, those equal but for case, and strangers' folders.

    `names` are all in the record and its container, renewals apart; `signers` are identifiers.
    """
    all_names, folders = set(names), {f"{_SIGNATURES}{who}" for who in signers}
    odd = {name for name in all_names if not _OWN.fullmatch(name)}
    odd |= {n for n in all_names if n.startswith(_SIGNATURES) and _folder(n) not in folders}
    return odd | _alike(all_names)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _alike(names: Iterable[str]) -> set[str]:
    """Return what some systems unpack to one and the same file."""
    same = defaultdict(set)
    for name in names:
        same[name.lower()].add(name)
    return {name for group in same.values() if len(group) > 1 for name in group}


def one_form(content: bytes | str) -> Any:  # noqa: ANN401 - the shape is for who asked to judge
    """Return the value of canonical JSON, None for what is not the one form of any.

    So no key stands twice. Keys are printable and need no escapes, nothing is nested deeper
    than 64: a shell has to read them.
    """
    try:
        found = read_json(content)
        written = content.encode() if isinstance(content, str) else content
        whole = _shallow(found, DEEPEST) and canonical_json(found) == written
    except (ValueError, InvalidValueError):
        return None
    return found if whole else None


def _shallow(value: object, left: int) -> bool:
    if isinstance(value, dict):
        keys = all(_KEY.fullmatch(key) for key in value)
        return keys and left > 0 and all(_shallow(one, left - 1) for one in value.values())
    if isinstance(value, list):
        return left > 0 and all(_shallow(one, left - 1) for one in value)
    return True
