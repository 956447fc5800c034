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

SM2_KEY: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""How a public key on SM2's curve (1.2.156.10197.1.301) begins in DER, up to its point."""


class NoSm2Error(DomainError):
    """This machine's OpenSSL has no SM2: such signatures can be neither made nor checked."""

    code = "no_sm2"
    machine = True
