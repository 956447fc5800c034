"""Event certificates from a program of the office's own, such as a licensed authority's client.

The program is started once for each question, reads one JSON object and answers with one.
What it issues must be for exactly the key and the statement asked for.
"""

import base64
import binascii
import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.documents.event_checks import expect_as_asked, refused
from server.documents.issuer import STATEMENT, EventRequest, Issued
from server.domain.ids import CommitteeId

PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class CommandIssuer:
    """CertificateIssuer: whatever the command answers, checked.

    Asked `{"do": "issue", "committee", "role", "pseudonym", "public_key" (base64 SPKI),
    "statement_sha256", "extension", "at"}` it answers `{"certificate": PEM, "chain": [PEM]}`.
    The extension's value is the digest as a DER OCTET STRING: the bytes 04 20, then the 32. All
    certificates are valid at `at` and at the time stamp some seconds later; the certificate is
    for signing (non-repudiation), lives 24 hours at most from its begin to its end, and leads to
    its issuers and one of `roots` (PEM) if any.
    Asked `{"do": "revoked", "committee", "certificate", "at"}` it answers
    `{"lists": [base64 DER]}`: lists of the revoked or responses of OCSP, of its issuer and of
    each one below the root, best as of `at`.
    Without those nothing is signed.
    """

    command: str
    roots: tuple[bytes, ...] = ()

    def issue(self, request: EventRequest) -> Issued:
        told = self._asked(
            do="issue",
            committee=request.committee_id,
            role=request.role,
            pseudonym=request.pseudonym,
            public_key=base64.b64encode(request.public_key).decode(),
            statement_sha256=request.statement_sha256,
            extension=STATEMENT.dotted_string,
            at=request.at.isoformat(),
        )
        try:
            issued = Issued(
                certificate=told["certificate"].encode(),
                chain=tuple(one.encode() for one in told["chain"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise refused("answer") from error
        expect_as_asked(issued, request, self.roots)
        return issued

    def revoked(
        self, committee: CommitteeId, certificate: bytes, at: datetime
    ) -> tuple[bytes, ...]:
        pem = certificate.decode()
        told = self._asked(do="revoked", committee=committee, certificate=pem, at=at.isoformat())
        try:
            return tuple(base64.b64decode(one, validate=True) for one in told["lists"])
        except (KeyError, TypeError, binascii.Error) as error:
            raise refused("answer") from error

    def _asked(self, **question: str) -> Mapping[str, Any]:
        try:
            done = subprocess.run(  # noqa: S603  the administrator's own command
                shlex.split(self.command),
                input=json.dumps(question).encode(),
                capture_output=True,
                check=True,
                timeout=PATIENCE_S,
            )
            told = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise refused("command") from error
        if not isinstance(told, dict):
            raise refused("answer")
        return told
