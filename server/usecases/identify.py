"""Who stands behind a cookie: a member of staff, or a seat."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.invitation import Invitation, LinkState
from server.domain.staff import Actor, Membership, Staff, StaffSession, as_actor
from server.ports.store import DiskFullError, UnitOfWork
from server.usecases.world import Rules, World

STAFF_COOKIE, SEAT_COOKIE = "__Host-heyi-staff", "__Host-heyi-seat"
BROWSER_COOKIE = "__Host-heyi-browser"
"""Marks a browser as one that a member signed in with: a console's hash, which opens nothing.

Browsers take this prefix from our own host over TLS alone (RFC 6265bis, 4.1.3.2)."""
SEEN_EVERY = timedelta(seconds=60)


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a cookie or link token is stored.

    A stranger's cookie may hold bytes that are no UTF-8, which Python reads as lone surrogates
    (PEP 383): it has a hash, too, that nobody's token has.
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


async def staff_of(world: World, token: str) -> Actor | None:
    """Return who is signed in with this cookie, or None.

    A session ends when idle or old, when revoked, and at once when the member is no
    longer active.
    """
    now = world.clock.now()
    async with world.store.read() as uow:
        found = await _session(uow, token, world.rules, now)
    if found is None:
        return None
    session, staff = found
    if now - session.seen_at >= SEEN_EVERY and not await _seen(world, session, now):
        return None
    return actor(staff, session, world.rules, now)


async def _seen(world: World, session: StaffSession, now: datetime) -> bool:
    """Note the moment; False where the console ended after it was read.

    A full disk signs nobody out: the moment stays unnoted, and idle counts from the last one.
    """
    try:
        async with world.store.write() as uow:
            return await uow.staff.see_session(session.token_hash, now)
    except DiskFullError:
        return True


async def _session(
    uow: UnitOfWork, token: str, rules: Rules, now: datetime
) -> tuple[StaffSession, Staff] | None:
    session = await uow.staff.session(hash_token(token))
    if session is None or _ended(session, rules, now):
        return None
    staff = await uow.staff.get(session.staff_id)
    return (session, staff) if staff.membership is Membership.ACTIVE else None


def _ended(session: StaffSession, rules: Rules, now: datetime) -> bool:
    idle = now - session.seen_at > timedelta(seconds=rules.staff_idle)
    old = now - session.created_at > timedelta(seconds=rules.staff_absolute)
    return session.revoked_at is not None or idle or old


def actor(staff: Staff, session: StaffSession, rules: Rules, now: datetime) -> Actor:
    """Return the member as the rules see him, with a fresh second factor or not."""
    until = step_up_until(session, rules)
    seen = as_actor(staff, step_up=until is not None and now < until)
    return replace(seen, must_change_password=staff.must_change_password)


def step_up_until(session: StaffSession, rules: Rules) -> datetime | None:
    """Return until when the second factor counts as fresh."""
    if session.step_up_at is None:
        return None
    return session.step_up_at + timedelta(seconds=rules.step_up)


async def seat_of(world: World, token: str) -> Invitation | None:
    """Return the invitation whose digits this browser gave, while its link holds."""
    async with world.store.read() as uow:
        invitation = await uow.invitations.by_seat(hash_token(token))
    if invitation is None:
        return None
    over = {LinkState.REVOKED, LinkState.EXPIRED}
    return None if invitation.state(world.clock.now()) in over else invitation
