"""Passwords as Argon2id (RFC 9106); module-level so that the pool can run them."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$4TLVFCkz31wbHbeXFg9X8w$"
    "lDLqObxtvyMXIo7lmaZbcWyDh7lVaxGPYVxBbl5l5NE"
)
"""Compared with when a login does not exist, so that both answers take as long. It was reckoned
once, with the parameters that are in use: every process that loads this would reckon it again."""


def hash_password(password: str) -> str:
    """Return the Argon2id string to store."""
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Return whether the password made this hash."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
