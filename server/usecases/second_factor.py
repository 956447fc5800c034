"""Time-based one-time passwords of staff (RFC 6238), each step usable once."""

import base64
import hmac
from datetime import datetime

import pyotp

from server.ports.system import Ids

STEP = 30
SECRET_BYTES = 20
ISSUER = "Heyi 和议"


def new_secret(ids: Ids) -> str:
    """Return a base32 secret of 160 bits."""
    return base64.b32encode(ids.bytes(SECRET_BYTES)).decode()


def matching_step(secret: str, code: str, *, now: datetime, last: int) -> int | None:
    """Return the time step a code belongs to, one step of drift allowed, or None.

    A step at or before `last` was used already.
    """
    present = int(now.timestamp()) // STEP
    totp, given = pyotp.TOTP(secret), code.encode()
    for step in (present, present - 1, present + 1):
        if step > last and hmac.compare_digest(totp.generate_otp(step).encode(), given):
            return step
    return None


def provisioning_uri(secret: str, login: str) -> str:
    """Return the URI an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
