"""Key, algorithm and digest of a signature must be of one suite."""

import pytest
from asn1crypto import algos, keys  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from server.documents.suite_validator import SuiteValidator
from server.documents.suites import P256, SM2, SUITES, SignatureSuite, mechanism_of

MESSAGE = b"what was signed"


def checked(
    suite: SignatureSuite,
    named: algos.SignedDigestAlgorithm,
    digest: str | None,
    *,
    prehashed: bool = False,
    message: bytes = MESSAGE,
) -> bool:
    """Return whether a signature of `suite` holds beside these names."""
    key = suite.made_key()
    context = SignatureValidationContext(contextual_md_algorithm=digest, prehashed=prehashed)
    try:  # by name, as the library calls it
        SuiteValidator().validate_signature(
            signature=key.sign(MESSAGE),
            signed_data=message,
            public_key_info=keys.PublicKeyInfo.load(key.public),
            signature_algorithm=named,
            context=context,
        )
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_signature_holds_beside_its_own_names_alone(suite: SignatureSuite) -> None:
    own = mechanism_of(suite)
    assert checked(suite, own, suite.digest)
    assert checked(suite, own, None)
    assert not checked(suite, own, suite.digest, message=b"what was not")


def test_names_of_another_suite_are_refused() -> None:
    assert not checked(SM2, mechanism_of(P256), "sha256")
    assert not checked(P256, mechanism_of(SM2), "sm3")
    assert not checked(SM2, mechanism_of(SM2), "sha256")
    assert not checked(SM2, mechanism_of(SM2), "sm3", prehashed=True)
