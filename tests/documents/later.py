"""What a validator says years from now, as ETSI EN 319 102-1 has it, without a network.

pyHanko takes two things for granted that only matter then: that "now" is this machine's, and
that an issuer of lists below another is not itself where a path begins (past validation of
a leaf looks at a path cut down to its issuer). Both are put right here, and nothing else.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from io import BytesIO

import pytest
from asn1crypto import x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv import ades_past, poe
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from server.documents.chain import certificate


def judged(pdf: bytes, anchors: Sequence[bytes], moment: datetime) -> list[str]:
    """Return what is said of each signature; revocation data is demanded of every one."""
    trust = SimpleTrustManager.build([certificate(one) for one in anchors])
    policy = CertValidationPolicySpec(
        trust_manager=trust, revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    local = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=local)
    )
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=False
    )
    reader = PdfFileReader(BytesIO(pdf))
    with _in(moment):
        found = [
            asyncio.run(ades_lta_validation(one, spec, timing_info=timing)).ades_subindic
            for one in reader.embedded_regular_signatures
        ]
    return [str(getattr(one, "name", one)) for one in found]


@contextmanager
def _in(moment: datetime) -> Iterator[None]:
    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Then":
            return cls.fromtimestamp(moment.timestamp(), tz)

    appended = ValidationPath.truncate_to_issuer_and_append

    def cut(path: ValidationPath, issuer: x509.Certificate) -> ValidationPath:
        first = getattr(path.trust_anchor.authority, "certificate", None)
        if first is not None and first.sha256 == issuer.sha256:
            return ValidationPath(path.trust_anchor, [], None)
        longer: ValidationPath = appended(path, issuer)
        return longer

    with pytest.MonkeyPatch.context() as patched:
        for module in (ades_past, poe):
            patched.setattr(module, "datetime", Then)
        patched.setattr(ValidationPath, "truncate_to_issuer_and_append", cut)
        yield
