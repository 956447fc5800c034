"""Opens a PKCS#11 token, once in each process, and says in a word why it cannot.

A PIN that a token refused is noted and never tried again, not even by another process or
after a restart: after a few wrong ones a token locks itself.
"""

import fcntl
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pkcs11
from pkcs11 import PKCS11Error, Session, TokenFlag
from pkcs11.exceptions import (
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
)
from pkcs11.types import SignMixin

from server.documents.keys import KeysUnavailableError
from server.documents.private_files import replace_private

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib

SALT = 16
"""Bytes."""

_WRONG = (PinIncorrect, PinInvalid, PinLenRange)


@dataclass(slots=True)
class Opened:
    """A session of this process, and the keys it has found so far by their id."""

    session: Session
    keys: dict[bytes, SignMixin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Which token, and what opens it. Picklable, for the pool.

    `refused` is where a refused PIN is noted, as an HMAC under a salt of its own: the note
    outlives the master `secret`, under which earlier versions noted it.
    """

    module: Path
    label: str
    pin: str = field(repr=False)
    refused: Path
    secret: bytes = field(repr=False)

    def opened(self) -> Opened:
        """Return this process's session, opening it if need be.

        Raises KeysUnavailableError, and PKCS11Error for whatever else a module may answer.
        """
        if self._name not in _OPEN:
            with _one_at_a_time(self.refused.with_suffix(".lock")):
                token = _module(self.module).get_token(token_label=self.label)
                _OPEN[self._name] = Opened(self._logged_in(token))
        return _OPEN[self._name]

    def forget(self) -> None:
        """Drop what this process knows of the module: it was unplugged, or has gone mad."""
        for name in [one for one in _OPEN if one[0] == self._name[0]]:
            del _OPEN[name]
        try:
            pkcs11.lib(str(self.module)).finalize()
        except PKCS11Error:
            return  # it knows nothing any more, which was the point

    @property
    def _name(self) -> tuple[str, str]:
        return str(self.module), self.label

    def _logged_in(self, token: pkcs11.Token) -> Session:
        self._expect_tries(token)
        try:
            session = token.open(rw=True, user_pin=self.pin)
        except _WRONG as error:
            self._note()
            raise self._wrong_pin() from error
        except PinLocked as error:
            raise KeysUnavailableError(reason="pin_locked", token=self.label) from error
        self.refused.unlink(missing_ok=True)
        return session

    def _expect_tries(self, token: pkcs11.Token) -> None:
        if self._noted():
            raise self._wrong_pin()
        if token.flags & TokenFlag.USER_PIN_LOCKED:
            raise KeysUnavailableError(reason="pin_locked", token=self.label)
        if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
            raise KeysUnavailableError(reason="last_try", token=self.label)

    def _wrong_pin(self) -> KeysUnavailableError:
        noted = str(self.refused)
        return KeysUnavailableError(reason="wrong_pin", token=self.label, noted=noted)

    def _note(self) -> None:
        salt = os.urandom(SALT)
        replace_private(self.refused, f"{salt.hex()}:{self._mark(salt)}".encode())

    def _noted(self) -> bool:
        """Return whether this PIN is the one that was refused; earlier notes have no salt."""
        if not self.refused.exists():
            return False
        salt, _, mark = self.refused.read_text("ascii").rpartition(":")
        return hmac.compare_digest(mark, self._mark(bytes.fromhex(salt) or self.secret))

    def _mark(self, key: bytes) -> str:
        return hmac.digest(key, f"{self.label}\0{self.pin}".encode(), "sha256").hex()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Keep other processes out: none tries a PIN that is just being refused.

    SoftHSM also writes its token at each login, and whoever reads it meanwhile finds none.
    """
    opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _module(path: Path) -> "lib":
    if not path.is_file():
        raise KeysUnavailableError(reason="no_module", module=str(path))
    try:
        return pkcs11.lib(str(path))
    except PKCS11Error as error:
        # What is no module at all has no error of its own class.
        if type(error) is PKCS11Error:
            raise KeysUnavailableError(reason="no_module", module=str(path)) from error
        raise


_OPEN: Final[dict[tuple[str, str], Opened]] = {}
"""By module and token, in this process alone: sessions do not outlive a fork."""
