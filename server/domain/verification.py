"""What checking a sealed record found: each fact apart, never one verdict alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SEAL_LASTING = "seal_lasting"
"""The fact that tells of a seal below B-LTA, and is absent for any other."""
MAY_BE_UNKNOWN = frozenset(
    {
        *("trusted", "certificates", "log_tells", "log_included", "log_stamped"),
        *("container", "pdf_signatures", "archive_stamp", SEAL_LASTING),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact: it holds, it fails, or (None) it cannot be judged here.

    `parts` name the files that make it so; `facts` are plain values for the sentence.
    """

    code: str
    holds: bool | None
    parts: tuple[str, ...] = ()
    facts: tuple[tuple[str, str | int], ...] = ()


def fact_of(code: str, bad: Sequence[str], **facts: str | int) -> Fact:
    """Return the fact that fails where `bad` names files that make it so, and else holds."""
    parts = tuple(dict.fromkeys(bad))
    return Fact(code=code, holds=not parts, parts=parts, facts=tuple(facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFact:
    """One signer: who, in what role, when, with whose key, and whether it holds.

    By another `route` than electronic nothing was signed with a key of his; `attested_by`
    are then the names of those who attest that he signed in ink or declared it aloud. `suite`
    names what his signature in the PDF is made with, empty where there is none.
    """

    signer_id: str
    name: str
    role: str
    signed_at: datetime | None
    key_control: str
    holds: bool
    route: str = "electronic"
    attested_by: tuple[str, ...] = ()
    suite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every fact about one record, who signed it and by whom it was sealed.

    `suites` name what the PDF's signatures are made with, the seal's first.
    """

    record_id: str
    number: str
    manifest_sha256: str
    facts: tuple[Fact, ...]
    signers: tuple[SignerFact, ...]
    sealed_by: str
    sealed_at: datetime | None
    suites: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Fact, ...]:
        """Return the facts that fail."""
        return tuple(fact for fact in self.facts if fact.holds is False)

    @property
    def unknown(self) -> tuple[Fact, ...]:
        """Return the facts that could not be judged."""
        return tuple(fact for fact in self.facts if fact.holds is None)

    @property
    def verified(self) -> bool:
        """Return whether every fact that can be judged holds.

        `trusted` may stay unjudged: without an anchor from elsewhere a record proves that
        it is consistent, not whose it is. So may `certificates`: an authority from outside may
        have issued some. So may `log_tells`: an earlier release told less.
        So may `log_included`: a seal waits for no checkpoint. So may
        `container`: a record's folder alone is none. So may `pdf_signatures`: in a record of
        the earlier form the seal alone signs the PDF.
        So may `log_stamped`: nor does it wait for whoever stamps checkpoints.
        So may `seal_lasting`: a seal below B-LTA holds as long as its certificates can be judged.
        So may `archive_stamp`: a time stamp that has ended proves nothing, either way.
        """
        return not self.failed and {f.code for f in self.unknown} <= MAY_BE_UNKNOWN


class Kind(StrEnum):
    """What somebody from outside may present to be verified."""

    PACKAGE = "package"
    PDF = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What was presented: the facts, the case it says it is of, and its digest.

    `digest` is SHA-256 of a package's manifest or of the whole PDF; `earlier` those of the PDF
    as it was under each of its time stamps, the first of which the record itself holds.
    """

    kind: Kind
    report: Report
    case_id: str
    digest: str
    earlier: tuple[str, ...] = ()
