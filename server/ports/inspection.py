"""What the core asks of who inspects sealed PDFs: each fact of each signature apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from server.domain.renewal import Stamp
from server.ports.documents import FILL_AND_SIGN

EARLIER_SEAL = "CommitteeSeal"
"""The field of the one signature in a PDF sealed before each person signed the PDF itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignature:
    """One signature found in a PDF; None means unknown.

    `field` is the blank it fills: certification, sign:<signer> or seal. `role` and
    `pseudonym` come from its certificate, `statement_sha256` too. `suite` is that of its key
    and digest, empty for one we do not make ourselves. `intact`: no byte it covers
    changed. `trusted`: its chain, and that of its time stamp if it has one, end in a given
    anchor. `unchanged`: later updates did only what it allows; `whole`: no byte follows it.
    `level` is B-B, B-T, B-LT or B-LTA; `signed_at` the time stamp's time. `key_sha256` is of
    the DER SPKI. `issuers` are fingerprints (SHA-256) of who issued its certificate in the end,
    and that of its time stamp; empty where nothing beside it says. `permits` is P of the
    certification that it is (ISO 32000-1, 12.8.2.2), 0 for a signature that is none. `end` is
    where the bytes that it covers end.
    """

    field: str
    role: str = ""
    pseudonym: str = ""
    suite: str = ""
    intact: bool = False
    valid: bool = False
    trusted: bool | None = None
    unchanged: bool = False
    whole: bool = False
    level: str = ""
    signed_at: datetime | None = None
    statement_sha256: str = ""
    key_sha256: str = ""
    certificate_sha256: str = ""
    issuers: tuple[str, ...] = ()
    server_issued: bool = False
    permits: int = 0
    end: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it; trust is another question."""
        return self.intact and self.valid and self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFacts:
    """What inspecting a sealed PDF found, each fact apart; None means unknown.

    `intact`, `valid`, `trusted`, `signer`, `modification` and `signed_at` are those of the
    last signature, the seal; `each` tells them of every one in order. `trusted`: every chain
    ends in a given anchor, those of the time stamps over the whole file too, whose `issuers` are
    in `stamp_issuers`. `covers_all`: nothing follows the last of these stamps.
    `only_blanks_filled`: nothing was drawn outside the blanks of the locked PDF.
    `attachment` is the embedded agreement.json, `code_printed` whether each locked page prints
    its check code, whole where it does so; looked at only where nobody says how long the locked
    part is. `stamps` are the time stamps over the whole file as it was when each was made.
    """

    readable: bool
    intact: bool = False
    valid: bool = False
    trusted: bool | None = None
    covers_all: bool = False
    modification: str = ""
    only_blanks_filled: bool | None = None
    signer: str = ""
    certificate_sha256: str = ""
    signed_at: datetime | None = None
    attachment: bytes | None = field(default=None, repr=False)
    code_printed: bool | None = None
    signatures: int = 0
    each: tuple[PdfSignature, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    stamp_issuers: tuple[str, ...] = ()

    @property
    def certified(self) -> bool:
        """Whether the first signature certifies the rest: filling in and signing, no more."""
        return bool(self.each) and self.each[0].permits == FILL_AND_SIGN

    @property
    def earlier(self) -> bool:
        """Whether the seal is the only signature, as before each person signed the PDF itself."""
        return [one.field for one in self.each] == [EARLIER_SEAL]

    @property
    def suites(self) -> tuple[str, ...]:
        """Return what the signatures are made with, the seal's first, each once."""
        return tuple(dict.fromkeys(one.suite for one in reversed(self.each) if one.suite))


class PdfInspector(Protocol):
    """Inspects a sealed PDF. Plain and picklable, so that a pool can run it."""

    def __call__(self, pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
        """Return the facts; `locked_size` is the length of the locked prefix.

        None where nobody says it: the prefix then ends where the first signature ends, which
        is the certification in a PDF of ours.
        """
        ...
