"""A checkpoint: size and root of the tree of all session logs, signed, as text.

The text is C2SP's tlog-checkpoint (origin, size, base64 root) in a signed-note with one
signature of type 0x02, ECDSA P-256: its key id is the first four bytes of SHA-256 over the
DER SPKI. The origin is made of that key alone, so it outlives a new domain and names nobody.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from server.domain.errors import InvalidValueError
from server.domain.tree import Head

CheckSignature = Callable[[bytes, bytes, bytes], bool]
"""(DER SPKI, message, signature) -> whether it holds."""

_FORM = re.compile(
    r"(?P<note>(?P<origin>[!-~]+)\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n)"
    r"\n— (?P<name>[!-~]+) (?P<signature>[A-Za-z0-9+/]+={0,2})\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed checkpoint. `note` is what was signed, `text` all of it."""

    origin: str
    head: Head
    note: bytes
    key_id: bytes
    signature: bytes
    text: str

    def signed_by(self, public_key: bytes, check: CheckSignature) -> bool:
        """Return whether this key, a DER SPKI, signed it."""
        named = self.origin == origin_of(public_key) and self.key_id == key_id(public_key)
        return named and check(public_key, self.note, self.signature)


def origin_of(public_key: bytes) -> str:
    """Return the name of the log whose key this is."""
    return f"heyi-log/{hashlib.sha256(public_key).hexdigest()[:16]}"


def key_id(public_key: bytes) -> bytes:
    """Return the four bytes that name the key on a signature line."""
    return hashlib.sha256(public_key).digest()[:4]


def note_of(public_key: bytes, head: Head) -> bytes:
    """Return the bytes to be signed."""
    root = base64.b64encode(head.root).decode()
    return f"{origin_of(public_key)}\n{head.size}\n{root}\n".encode()


def checkpoint_text(note: bytes, public_key: bytes, signature: bytes) -> str:
    """Return the checkpoint: the note and its signature, which is DER."""
    signed = base64.b64encode(key_id(public_key) + signature).decode()
    return f"{note.decode()}\n— {origin_of(public_key)} {signed}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Return what the text says, unjudged; InvalidValueError when it is no checkpoint of ours."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidValueError(field="checkpoint", reason="not_a_checkpoint")
    return _read(found)


def checkpoints_in(text: str) -> list[Checkpoint]:
    """Return every checkpoint that stands in a text, such as a witness's file, in its order.

    Raises InvalidValueError for one that only looks like it.
    """
    return [_read(found) for found in _FORM.finditer(text.replace("\r\n", "\n"))]


def _read(found: re.Match[str]) -> Checkpoint:
    if found["name"] != found["origin"]:
        raise InvalidValueError(field="checkpoint", reason="not_a_checkpoint")
    signature = _decoded(found["signature"])
    return Checkpoint(
        origin=found["origin"],
        head=Head(int(found["size"]), _decoded(found["root"])),
        note=found["note"].encode(),
        key_id=signature[:4],
        signature=signature[4:],
        text=found[0],
    )


def _decoded(text: str) -> bytes:
    """Return the bytes of base64 that is written the one way, no bit left over."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidValueError(field="checkpoint", reason="not_a_checkpoint") from error
    if base64.b64encode(found).decode() != text:
        raise InvalidValueError(field="checkpoint", reason="not_a_checkpoint")
    return found
