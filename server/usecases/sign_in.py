"""Staff sign in, give the second factor again, change the password, sign out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.errors import (
    InvalidValueError,
    SignedOutError,
    TooManyTriesError,
    WrongCodeError,
)
from server.domain.ids import StaffId
from server.domain.staff import Actor, Membership, Staff, StaffSession
from server.usecases.identify import hash_token, step_up_until
from server.usecases.passwords import NOBODY, hash_password, password_matches
from server.usecases.second_factor import matching_step
from server.usecases.world import World

MAX_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
MIN_PASSWORD = 10
_MAY_SIGN_IN = {Membership.ACTIVE, Membership.INVITED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh console: the cookie's value leaves the process once, here."""

    token: str
    staff: Staff
    session: StaffSession


async def sign_in(world: World, login: str, password: str, totp: str) -> SignedIn:
    """Return a signed-in console, or raise WrongCodeError or TooManyTriesError.

    A wrong password and a wrong second factor are answered alike; five wrong tries
    lock the account for a quarter of an hour.
    """
    staff = await _known(world, login)
    now = world.clock.now()
    if staff is not None and staff.locked_until is not None and now < staff.locked_until:
        raise TooManyTriesError(retry_at=staff.locked_until.isoformat())
    stored = staff.password_hash if staff else NOBODY
    right = await world.pool.run(password_matches, stored, password)
    step = _step(staff, totp, now)
    if staff is None or not right or step is None:
        await _count_wrong(world, staff, now)
        raise WrongCodeError(left=_left(staff))
    return await _open(world, staff, step, now)


async def _known(world: World, login: str) -> Staff | None:
    async with world.store.read() as uow:
        staff = await uow.staff.by_login(login)
    return staff if staff is not None and staff.membership in _MAY_SIGN_IN else None


def _step(staff: Staff | None, totp: str, now: datetime) -> int | None:
    if staff is None:
        return None
    return matching_step(staff.totp_secret, totp, now=now, last=staff.totp_last_step)


def _left(staff: Staff | None) -> int:
    return MAX_TRIES - 1 - (staff.wrong_tries if staff else 0)


async def _count_wrong(world: World, staff: Staff | None, now: datetime) -> None:
    if staff is None:
        return
    tries = staff.wrong_tries + 1
    locked = now + LOCKED_FOR if tries >= MAX_TRIES else None
    wrong = replace(staff, wrong_tries=0 if locked else tries, locked_until=locked)
    async with world.store.write() as uow:
        await uow.staff.save(wrong)


async def _open(world: World, staff: Staff, step: int, now: datetime) -> SignedIn:
    token = world.ids.token()
    session = StaffSession(
        token_hash=hash_token(token),
        staff_id=staff.id,
        created_at=now,
        seen_at=now,
        step_up_at=now,
    )
    entered = replace(
        staff,
        membership=Membership.ACTIVE,
        wrong_tries=0,
        locked_until=None,
        totp_confirmed=True,
        totp_last_step=step,
    )
    async with world.store.write() as uow:
        saved = await uow.staff.save(entered)
        await uow.staff.sign_in(session)
    return SignedIn(token=token, staff=saved, session=session)


async def step_up(world: World, token: str, totp: str) -> tuple[Staff, StaffSession]:
    """Give the second factor again; raises WrongCodeError, TooManyTriesError."""
    now = world.clock.now()
    session, staff = await own_console(world, token)
    if staff.locked_until is not None and now < staff.locked_until:
        raise TooManyTriesError(retry_at=staff.locked_until.isoformat())
    step = _step(staff, totp, now)
    if step is None:
        await _count_wrong(world, staff, now)
        raise WrongCodeError(left=_left(staff))
    fresh = replace(session, step_up_at=now, seen_at=now)
    async with world.store.write() as uow:
        saved = await uow.staff.save(replace(staff, totp_last_step=step, wrong_tries=0))
        await uow.staff.save_session(fresh)
    return saved, fresh


async def own_console(world: World, token: str) -> tuple[StaffSession, Staff]:
    """Return the session and member behind a cookie, or raise SignedOutError."""
    async with world.store.read() as uow:
        session = await uow.staff.session(hash_token(token))
        if session is None or session.revoked_at is not None:
            raise SignedOutError
        return session, await uow.staff.get(session.staff_id)


async def sign_out(world: World, token: str) -> None:
    """End this console."""
    session, _ = await own_console(world, token)
    async with world.store.write() as uow:
        await uow.staff.save_session(replace(session, revoked_at=world.clock.now()))


async def change_password(world: World, actor: Actor, old: str, new: str) -> None:
    """Set a new password; every other console of the member ends."""
    async with world.store.read() as uow:
        staff = await uow.staff.get(actor.staff_id)
    if not await world.pool.run(password_matches, staff.password_hash, old):
        raise WrongCodeError(left=1)
    if old == new or staff.login in new.lower():
        raise InvalidValueError(field="new", reason="password_too_easy")
    stored = await world.pool.run(hash_password, new)
    async with world.store.write() as uow:
        await uow.staff.save(replace(staff, password_hash=stored, must_change_password=False))


async def end_consoles(world: World, staff: StaffId) -> None:
    """End every console of a member."""
    async with world.store.write() as uow:
        await uow.staff.revoke_sessions(staff, world.clock.now())


def fresh_until(session: StaffSession, world: World) -> datetime | None:
    """Return until when the second factor counts as fresh."""
    return step_up_until(session, world.rules)
