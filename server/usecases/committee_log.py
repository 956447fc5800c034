"""Logs what happens to a committee itself in its own hash chain, among those of the cases.

Entries name what changed, numbers and digests; the words stand in the committee alone.
"""

from collections.abc import Iterator, Sequence

from server.domain.canonical import sha256_hex
from server.domain.committee import Committee
from server.domain.ids import CaseId, CommitteeId
from server.domain.retention import Keeping
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.files import StoredFile
from server.ports.store import UnitOfWork
from server.usecases.world import World


def log_of(committee: CommitteeId) -> CaseId:
    """Return under which id a committee's own entries are logged."""
    return CaseId(committee)


async def tell(world: World, uow: UnitOfWork, actor: Actor, what: Sequence[Happening]) -> None:
    """Log it in the committee's chain, in the transaction that changes the committee."""
    await uow.log.append(log_of(actor.committee_id), what, world.clock.now())


def keeping_changed(
    actor: Actor, before: Sequence[Keeping], after: Sequence[Keeping]
) -> Iterator[Happening]:
    """Tell of every rule that is new or another than before, and of those that were dropped."""
    for rule in after:
        if rule not in before:
            yield happened(
                "keeping.rule",
                actor.staff_id,
                dispute_type=rule.dispute_type,
                years=rule.years,
                basis_sha256=sha256_hex(rule.basis.encode()),
            )
    named = {rule.dispute_type for rule in after}
    for rule in before:
        if rule.dispute_type not in named:
            kind = rule.dispute_type
            yield happened("keeping.rule_dropped", actor.staff_id, dispute_type=kind)


def prefix_changed(actor: Actor, before: Committee, after: Committee) -> Iterator[Happening]:
    """Tell that numbers begin otherwise from now on."""
    if after.number_prefix != before.number_prefix:
        yield happened(
            "committee.number_prefix",
            actor.staff_id,
            before_sha256=sha256_hex(before.number_prefix.encode()),
            sha256=sha256_hex(after.number_prefix.encode()),
        )


def seal_image_changed(actor: Actor, file: StoredFile) -> Happening:
    """Tell which image the seal prints from now on."""
    return happened("committee.seal_image", actor.staff_id, file=file.id, sha256=file.sha256)
