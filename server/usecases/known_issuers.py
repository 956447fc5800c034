"""Whose certificates this server trusts: a committee's issuer, and authorities outside."""

from server.domain.ids import CommitteeId
from server.domain.register import RegisterEntry
from server.ports.documents import SealRoot
from server.usecases.world import World


async def anchors_of(world: World, entry: RegisterEntry) -> tuple[bytes, ...]:
    """Return the roots against which a record is verified, as PEM."""
    # As of today: made anew, it begins with no record's day of long ago.
    issuer = await world.signer.issuer(entry.committee_id, world.clock.now())
    return (issuer, *await seals_of(world, entry.committee_id), *world.outside_roots)


async def seals_of(world: World, committee: CommitteeId) -> list[SealRoot]:
    """Return the certificates an authority gave a committee's seal, each trusted for itself.

    Its root is not: whoever else it certifies would pass for the committee.
    """
    return [SealRoot(one) for one in await world.signer.outside_seals(committee)]
