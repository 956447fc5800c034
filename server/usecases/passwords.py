"""Passwords as Argon2id (RFC 9106); module-level so that the pool can run them."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Compared with when a login does not exist, so that both answers take as long.
NOBODY = _HASHER.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    """Return the Argon2id string to store."""
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Return whether the password made this hash."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
