"""Renders what is signed otherwise than by phone: the scans, and who attests it."""

from server.api.schemas import agreement as wire
from server.domain.agreement import Expected
from server.domain.attested import COMPARE_PAPER
from server.domain.paper_copy import ink_lines
from server.domain.signing_route import PaperPage
from server.usecases.read_agreement import Desk


def paper_view(desk: Desk) -> wire.PaperView | None:
    """Return the signed paper, None where nobody signs on any."""
    agreement, locked = desk.agreement, desk.agreement.locked
    if locked is None or not ink_lines(agreement):
        return None
    scans = {scan.page: scan for scan in agreement.paper}
    return wire.PaperView(
        pages=[_page(desk, number, scans.get(number)) for number in range(1, locked.pages + 1)],
        compared=any(one.purpose == COMPARE_PAPER for one in agreement.attestations),
        may_not_compare=desk.may_not_compare,
    )


def _page(desk: Desk, number: int, scan: PaperPage | None) -> wire.PaperPageView:
    return wire.PaperPageView(
        page=number,
        file=scan.file if scan else None,
        uploaded_by=desk.facts.staff_name(scan.by) if scan else "",
        uploaded_at=scan.at if scan else None,
    )


def attested_by(desk: Desk, line: Expected) -> list[str]:
    """Return the names of the staff who attest for a line."""
    spoken = (one for one in desk.agreement.attestations if line.signer in one.signers)
    return [desk.facts.staff_name(one.by) for one in spoken]
