"""Files in keeping, as the officer sees them."""

from collections.abc import Mapping
from typing import Literal

from server.api.schemas import keeping as wire
from server.domain.ids import StaffId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.usecases.keep_files import InKeeping, Review

Storage = Literal["held", "owed", "cannot"] | None


def keeping_list(found: Review, pack: JurisdictionPack, reader: StaffId) -> wire.KeepingList:
    """Return one page."""
    own = len(found.rules) - len(pack.keeping)
    return wire.KeepingList(
        files=[_file(one, found, pack, reader) for one in found.files],
        total=found.total,
        page=found.page,
        rules=[
            wire.KeepingRuleView(
                dispute_type=rule.dispute_type, years=rule.years, basis=rule.basis, own=place < own
            )
            for place, rule in enumerate(found.rules)
        ],
        stamps=wire.StampsView(
            due=found.stamps.counts.due,
            failed=found.stamps.counts.failed,
            numbers=list(found.stamps.numbers),
            below_lta=found.stamps.counts.below_lta,
            waiting=list(found.stamps.below_lta),
            last_at=found.stamps.last_at,
        ),
    )


def _file(one: InKeeping, found: Review, pack: JurisdictionPack, reader: StaffId) -> wire.KeptFile:
    case, entry, staff = one.case, one.entry, found.staff
    return wire.KeptFile(
        case=case.id,
        record=entry.record_id if entry else None,
        number=entry.number if entry else case.case_no,
        parties=list(entry.party_names) if entry else [party.name for party in case.parties],
        dispute_type=case.dispute_type,
        sub_type=case.sub_type,
        closed_on=pack.local_day(one.closed_at),
        due_on=one.due_on,
        due=one.due,
        basis=one.keeping.basis,
        storage=_storage(one, can=found.holds),
        holds=[
            wire.HoldView(
                id=hold.id,
                by=staff.get(hold.by, ""),
                at=hold.at,
                document=hold.document,
                reason=hold.reason,
            )
            for hold in one.custody.held
        ],
        proposal=_proposal(one, staff, reader),
    )


def _storage(one: InKeeping, *, can: bool) -> Storage:
    if one.entry is None or not one.custody.held:
        return None
    if not can:
        return "cannot"
    return "held" if one.custody.stored else "owed"


def _proposal(
    one: InKeeping, staff: Mapping[StaffId, str], reader: StaffId
) -> wire.ProposalView | None:
    made = one.custody.proposal
    if made is None:
        return None
    return wire.ProposalView(
        by=staff.get(made.by, ""),
        at=made.at,
        until=made.until,
        reason=made.reason,
        mine=made.by == reader,
        lapsed=one.lapsed,
    )
