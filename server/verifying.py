"""What judging a record takes, wired; apart from the app, so that `heyi verify` starts at once."""

from server.documents import inspection
from server.documents.certificates import certificate_key, issued_by
from server.documents.signatures import verify_signature
from server.ports.archive import VerifierTools

VERIFIER_TOOLS = VerifierTools(
    inspect=inspection.inspect,
    check_signature=verify_signature,
    certificate_key=certificate_key,
    issued_by=issued_by,
)
