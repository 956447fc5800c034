"""A detached CAdES signature (ETSI EN 319 122-1, level B-B) over an ASiC-E manifest.

All of it but the signature's own bytes follows from the record, so that checking one means
making it again.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from asn1crypto import algos, cms, tsp, x509  # type: ignore[import-untyped]

from server.domain.errors import InvalidValueError
from server.domain.record import pem_body
from server.ports.archive import SignManifest

UTC_TIME_ENDS = 2050  # RFC 5652, 11.3
CheckSeal = Callable[[bytes, bytes], bool]
"""(message, signature) -> whether the seal's key made it."""


async def sign_detached(
    content: bytes, seal: bytes, issuer: bytes, at: datetime, sign: SignManifest
) -> bytes:
    """Return the signature over `content` as DER; certificates are PEM."""
    # Reading and writing ASN.1 in Python takes milliseconds: not on the loop.
    attributes, to_sign = await asyncio.to_thread(_to_sign, content, seal, at)
    signature = await sign(to_sign)
    return await asyncio.to_thread(_signed, attributes, seal, issuer, signature)


def holds_detached(
    made: bytes, content: bytes, seal: bytes, issuer: bytes, at: datetime, check: CheckSeal
) -> bool:
    """Return whether `made` is the seal's signature over `content`, and nothing else."""
    try:
        signature = signature_in(made)
        attributes = _attributes(content, seal, at)
        same = made == _signed(attributes, seal, issuer, signature)
    except (InvalidValueError, ValueError, TypeError, LookupError, AttributeError):
        return False
    return same and check(attributes.dump(), signature)


def signature_in(made: bytes) -> bytes:
    """Return the signature's own bytes; ValueError, TypeError or LookupError for another form."""
    content = cms.ContentInfo.load(made, strict=True)["content"]
    signature: bytes = content["signer_infos"][0]["signature"].native
    return signature


def _to_sign(content: bytes, seal: bytes, at: datetime) -> tuple[cms.CMSAttributes, bytes]:
    attributes = _attributes(content, seal, at)
    return attributes, attributes.dump()


def _attributes(content: bytes, seal: bytes, at: datetime) -> cms.CMSAttributes:
    known = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(pem_body(seal)).digest()})
    moment = at.astimezone(UTC).replace(microsecond=0)
    form = "utc_time" if moment.year < UTC_TIME_ENDS else "general_time"
    values = {
        "content_type": "data",
        "signing_time": cms.Time({form: moment}),
        "message_digest": hashlib.sha256(content).digest(),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [known]}),
    }
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": name, "values": [value]}) for name, value in values.items()]
    )


def _signed(attributes: cms.CMSAttributes, seal: bytes, issuer: bytes, signature: bytes) -> bytes:
    certificate = x509.Certificate.load(pem_body(seal))
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    )
                }
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate, x509.Certificate.load(pem_body(issuer))],
            "signer_infos": [signer],
        }
    )
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return made
