"""Lets pyHanko check signatures, certificates and lists of every suite we know.

The suite is taken from the key and from the algorithm beside the signature, which must agree.
"""

from asn1crypto import algos, keys  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from server.documents.suites import SM2


class SuiteValidator(DefaultSignatureValidator):
    """pyHanko's own validator, and SM2 beside it."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Return when it holds. Raises InvalidSignature, and NoSm2Error where SM2 is missing."""
        key = public_key_info.dump()
        named = signature_algorithm["algorithm"].native == SM2.mechanism
        if not named and not SM2.owns(key):
            super().validate_signature(
                signature, signed_data, public_key_info, signature_algorithm, context
            )
        elif not (named and _over_sm3(context) and SM2.verify(key, signed_data, signature)):
            raise InvalidSignature


def _over_sm3(context: SignatureValidationContext) -> bool:
    """Return whether the digest named beside the signature is SM3; certificates name none."""
    return not context.prehashed and context.contextual_md_algorithm in {None, SM2.digest}
