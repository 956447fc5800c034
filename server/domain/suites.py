"""The names of signature suites, which stand beside each stored signature.

A suite is a curve, a digest and an encoding together. A signature without a name is of the
first one: there was no other before.
"""

from typing import Final

from server.domain.errors import DomainError

P256_SHA256: Final = "p256-sha256"
"""ECDSA on P-256 over SHA-256 (FIPS 186-5), DER."""

SM2_SM3: Final = "sm2-sm3"
"""SM2 over SM3 (GB/T 32918.2), DER (GM/T 0009), with the default identity."""


class NoSm2Error(DomainError):
    """This machine's OpenSSL has no SM2: such signatures can be neither made nor checked."""

    code = "no_sm2"
    machine = True
