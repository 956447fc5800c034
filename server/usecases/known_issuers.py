"""Whose certificates this server trusts: a committee's issuer, and authorities outside."""

from server.domain.register import RegisterEntry
from server.usecases.world import World


async def anchors_of(world: World, entry: RegisterEntry) -> tuple[bytes, ...]:
    """Return the roots against which a record is verified, as PEM."""
    # As of today: made anew, it begins with no record's day of long ago.
    issuer = await world.signer.issuer(entry.committee_id, world.clock.now())
    return (issuer, *world.outside_roots)
