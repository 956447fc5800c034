"""Values of ASN.1 that were built here, in the form that those have which were read.

asn1crypto 1.5.1 encodes what was built or changed anew whenever it is asked for, and on each
level above it twice: eight levels deep, as in a time stamp, it does so hundreds of times
(github.com/wbond/asn1crypto/issues/256). What was read keeps its bytes.
"""

from typing import TypeVar

from asn1crypto import core  # type: ignore[import-untyped]

V = TypeVar("V", bound=core.Asn1Value)


def settled(built: V) -> V:
    """Return an equal value of the same bytes that is encoded no more, as long as it is not set."""
    read: V = type(built).load(built.dump())
    return read
