"""Signs requests to an S3 service: AWS Signature Version 4, header form.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from yarl import URL

ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE, _END = "s3", "aws4_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An account's access key at a region."""

    region: str
    key: str
    secret: str = field(repr=False)

    def headers(
        self, method: str, url: URL, given: Mapping[str, str], digest: str, at: datetime
    ) -> dict[str, str]:
        """Return every header of the request, signed; `given` in lower case, `at` in UTC.

        `digest` is SHA-256 of the body, hex.
        """
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        signed = {
            **given,
            "host": _authority(url),
            "x-amz-content-sha256": digest,
            "x-amz-date": moment,
        }
        names = ";".join(sorted(signed))
        request = _canonical(method, url, signed, names, digest)
        scope = f"{moment[:8]}/{self.region}/{_SERVICE}/{_END}"
        said = "\n".join((ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
        signature = hmac.new(self._key(moment[:8]), said.encode(), hashlib.sha256).hexdigest()
        proof = f"{ALGORITHM} Credential={self.key}/{scope}, SignedHeaders={names}, "
        return {**signed, "authorization": f"{proof}Signature={signature}"}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, _SERVICE, _END):
            key = hmac.digest(key, part.encode(), "sha256")
        return key


def _authority(url: URL) -> str:
    name = url.host_subcomponent or ""
    return name if url.is_default_port() else f"{name}:{url.port}"


def _canonical(method: str, url: URL, signed: Mapping[str, str], names: str, digest: str) -> str:
    # Our paths hold only what needs no escaping; in a query even a slash has to be escaped.
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(v, safe="-_.~")) for name, v in url.query.items()
    )
    lines = (f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return "\n".join((method, url.raw_path, query, "".join(lines), names, digest))
