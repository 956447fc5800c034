"""What a kept file is: brought by somebody, written down, or made for an agreement."""

from enum import StrEnum


class FileKind(StrEnum):
    """Every kind of file that is kept, each encrypted with a key of its own."""

    AUTHORITY = "authority"
    EVIDENCE = "evidence"
    IDENTITY = "identity"
    PAPER = "paper"
    OTHER = "other"
    SEAL_SCAN = "seal_scan"
    SIGNED_PAGE = "signed_page"

    END_NOTE = "end_note"
    REVEAL_REASON = "reveal_reason"
    UNLOCK_REASON = "unlock_reason"

    LOCKED_PDF = "locked_pdf"
    AGREEMENT_JSON = "agreement_json"
    LOCKED_BLANKS = "locked_blanks"
    HANDWRITING = "handwriting"
    STROKES = "strokes"
    PREPARED_SIGNATURE = "prepared_signature"
    ADDED_BYTES = "added_bytes"
    SEALED_EVIDENCE = "sealed_evidence"

    COMMITTEE_SEAL = "committee_seal"
    """The committee's own, of no case."""
