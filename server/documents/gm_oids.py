"""Names for the object identifiers of SM2 and SM3 (GM/T 0006) in the structures pyHanko speaks."""

# asn1crypto has one door for curves and none for algorithms.
# ruff: noqa: SLF001

from asn1crypto import algos, keys  # type: ignore[import-untyped]

CURVE, DIGEST, MECHANISM = "sm2p256v1", "sm3", "sm3_sm2"
CURVE_OID = "1.2.156.10197.1.301"
_FIELD = 32  # bytes


def register() -> None:
    """Let asn1crypto read and write them; doing it again changes nothing."""
    _name(algos.DigestAlgorithmId, "1.2.156.10197.1.401", DIGEST)
    _name(algos.SignedDigestAlgorithmId, "1.2.156.10197.1.501", MECHANISM)
    keys.NamedCurve.register(CURVE, CURVE_OID, _FIELD)


def _name(kind: type, oid: str, name: str) -> None:
    kind._map[oid] = name  # type: ignore[attr-defined]
    reverse = kind._reverse_map  # type: ignore[attr-defined]
    if reverse is not None:  # made on first use
        reverse[name] = oid
