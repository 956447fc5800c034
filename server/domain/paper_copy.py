"""The signed paper of a locked text: every page scanned once, compared by eye, attested.

人民调解法 art. 29 asks for a signature, seal or fingerprint of every party; on paper, staff
say line by line which of these they see. Whoever brought a scan does not judge it himself
where somebody else can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.agreement import Agreement, Expected
from server.domain.attested import COMPARE_PAPER
from server.domain.errors import (
    InvalidValueError,
    MissingStepsError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.ids import FileId
from server.domain.signing_order import expect_before_officials, lines
from server.domain.signing_route import Attestation, PaperPage, SigningRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTick:
    """That a scan was held against the locked page: which scan, and whether it is the same."""

    page: int
    file: FileId
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """What stands on one signer's line of the paper; `signed_on` is the day written there."""

    signer: str
    signed_on: date | None = None
    signature: bool = False
    fingerprint: bool = False
    company_seal: bool = False


def ink_lines(agreement: Agreement) -> tuple[Expected, ...]:
    """Return the lines that are signed on paper."""
    return tuple(line for line in lines(agreement) if line.route is SigningRoute.WET_INK)


def expect_paper(agreement: Agreement) -> None:
    """Raise WrongStateError unless the text is locked for paper and no official has signed."""
    expect_before_officials(agreement)
    if not ink_lines(agreement):
        raise WrongStateError(state=SigningRoute.ELECTRONIC)


def pages_of(agreement: Agreement, page: int | None, parts: int) -> tuple[int, ...]:
    """Return which pages a file of `parts` pages stands for; `page` None means all, in order.

    Raises InvalidValueError for a page the text does not have, and for a file with another
    number of pages than it stands for.
    """
    pages = agreement.locked.pages if agreement.locked else 0
    if page is None:
        if parts != pages:
            raise InvalidValueError(field="file", reason="pages", found=parts, expected=pages)
        return tuple(range(1, pages + 1))
    if not 1 <= page <= pages:
        raise InvalidValueError(field="page", reason="surplus", found=page, expected=pages)
    if parts != 1:
        raise InvalidValueError(field="file", reason="pages", found=parts, expected=1)
    return (page,)


def staying(agreement: Agreement, page: int | None) -> tuple[PaperPage, ...]:
    """Return the scans that stay when `page`, or every page where it is None, comes anew."""
    return tuple(scan for scan in agreement.paper if page is not None and scan.page != page)


def placed(agreement: Agreement, scans: Sequence[PaperPage]) -> Agreement:
    """Return it with the scans; those they replace go, and so does a comparison of them."""
    expect_paper(agreement)
    new = {scan.page for scan in scans}
    kept = [scan for scan in agreement.paper if scan.page not in new]
    ordered = sorted((*kept, *scans), key=lambda scan: scan.page)
    return replace(agreement, paper=tuple(ordered), attestations=_without(agreement))


def _without(agreement: Agreement) -> tuple[Attestation, ...]:
    return tuple(one for one in agreement.attestations if one.purpose != COMPARE_PAPER)


def expect_compared(
    agreement: Agreement, ticks: Sequence[PageTick], seen: Sequence[LineSeen]
) -> None:
    """Return if every page was compared and every line bears what it must.

    Raises StaleRevisionError when a scan was replaced since, MissingStepsError with codes
    page_missing, page_not_compared, page_differs (with the page) and line_empty,
    company_seal, undated (with the signer).
    """
    expect_paper(agreement)
    present = {scan.page: scan.file for scan in agreement.paper}
    if any(present.get(tick.page) != tick.file for tick in ticks):
        raise StaleRevisionError(revision=agreement.revision)
    missing = [*_pages_owed(agreement, ticks), *_lines_owed(agreement, seen)]
    if missing:
        raise MissingStepsError(missing=missing)


def _pages_owed(agreement: Agreement, ticks: Sequence[PageTick]) -> Iterator[str]:
    present, told = {scan.page for scan in agreement.paper}, {t.page: t.same for t in ticks}
    for page in range(1, (agreement.locked.pages if agreement.locked else 0) + 1):
        if page not in present:
            yield f"page_missing:{page}"
        elif page not in told:
            yield f"page_not_compared:{page}"
        elif not told[page]:
            yield f"page_differs:{page}"


def _lines_owed(agreement: Agreement, seen: Sequence[LineSeen]) -> Iterator[str]:
    on = {one.signer: one for one in seen}
    for line in ink_lines(agreement):
        found = on.get(line.signer, LineSeen(signer=line.signer))
        if not (found.signature or found.fingerprint):
            yield f"line_empty:{line.signer}"
        if line.seal_scan and not found.company_seal:
            yield f"company_seal:{line.signer}"
        if found.signed_on is None:
            yield f"undated:{line.signer}"


def compared(agreement: Agreement, attestation: Attestation) -> Agreement:
    """Return it with the comparison, which stands for the signature of every ink line."""
    expect_paper(agreement)
    after = replace(agreement, attestations=(*_without(agreement), attestation))
    return after.taken_back(*attestation.signers)


def paper_name(scan: PaperPage, paper: Sequence[PaperPage]) -> str:
    """Return the scan's name in the record: after the first page that its file holds."""
    first = min(one.page for one in paper if one.file == scan.file)
    ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
    return f"paper/{first:02d}.{ending[scan.media_type]}"
