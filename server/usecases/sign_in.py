"""Staff sign in, give the second factor again, change the password, sign out."""

from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.errors import InvalidValueError, SignedOutError
from server.domain.staff import Membership, Staff, StaffSession
from server.ports.store import ConflictError, UnitOfWork
from server.usecases.identify import hash_token, step_up_until
from server.usecases.passwords import NOBODY, hash_password, password_matches
from server.usecases.second_factor import matching_step
from server.usecases.tries import Tries, Where, count_try, without_last, without_tries
from server.usecases.world import World

_MAY_SIGN_IN = {Membership.ACTIVE, Membership.INVITED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh console: the cookie's value leaves the process once, here."""

    token: str
    staff: Staff
    session: StaffSession


async def sign_in(
    world: World, login: str, password: str, totp: str, where: Where = Where.DOOR
) -> SignedIn:
    """Return a signed-in console, or raise WrongCodeError or TooManyTriesError.

    A wrong login, a wrong password and a wrong second factor are answered alike; five wrong
    tries lock the login there for a quarter of an hour. Each is counted before it is judged.
    """
    now = world.clock.now()
    staff, tries = await _count(world, login, where, now)
    stored = staff.password_hash if staff else NOBODY
    right = await world.pool.run(password_matches, stored, password)
    opened = await _open(world, staff, totp, where, now) if staff is not None and right else None
    if opened is None:
        raise tries.refusal()
    return opened


async def is_own(world: World, login: str, browser: str) -> bool:
    """Return whether this login signed in with the browser that holds this mark.

    The mark is the hash of a console of then, which may have ended since.
    """
    if not (browser.isascii() and browser.isalnum()):
        return False
    async with world.store.read() as uow:
        staff = await uow.staff.by_login(login)
        console = await uow.staff.session(browser)
    return staff is not None and console is not None and console.staff_id == staff.id


async def _count(
    world: World, login: str, where: Where, now: datetime
) -> tuple[Staff | None, Tries]:
    async with world.store.write() as uow:
        staff = await uow.staff.by_login(login)
        if staff is None or staff.membership not in _MAY_SIGN_IN:
            return None, world.strangers.count(login, now)
        return await count_try(uow, staff, where, now)


async def _open(
    world: World, judged: Staff, totp: str, where: Where, now: datetime
) -> SignedIn | None:
    """Open a console unless the digits are wrong or the member is another than was judged."""
    async with world.store.write() as uow:
        staff = await uow.staff.get(judged.id)
        step = _step(staff, totp, now)
        if step is None or _differs(staff, judged):
            return None
        token = world.ids.token()
        session = _console(staff, token, now)
        saved = await uow.staff.save(_entered(staff, step, where))
        await uow.staff.sign_in(session)
    return SignedIn(token=token, staff=saved, session=session)


def _step(staff: Staff, totp: str, now: datetime) -> int | None:
    return matching_step(staff.totp_secret, totp, now=now, last=staff.totp_last_step)


def _differs(staff: Staff, judged: Staff) -> bool:
    changed = staff.password_hash != judged.password_hash
    return changed or staff.membership not in _MAY_SIGN_IN


def _console(staff: Staff, token: str, now: datetime) -> StaffSession:
    return StaffSession(
        token_hash=hash_token(token),
        staff_id=staff.id,
        created_at=now,
        seen_at=now,
        step_up_at=now,
    )


def _entered(staff: Staff, step: int, where: Where) -> Staff:
    return replace(
        without_tries(staff, where),
        membership=Membership.ACTIVE,
        totp_confirmed=True,
        totp_last_step=step,
    )


async def step_up(world: World, token: str, totp: str) -> tuple[Staff, StaffSession]:
    """Give the second factor again; raises WrongCodeError, TooManyTriesError.

    Tries at the door lock nothing here, and these lock no door.
    """
    now = world.clock.now()
    async with world.store.write() as uow:
        session, staff = await _own(uow, token)
        fresh = replace(session, step_up_at=now, seen_at=now)
        counted, tries = await count_try(uow, staff, Where.CONSOLE, now)
        step = _step(counted, totp, now)
        if step is not None:
            passed = replace(without_tries(counted, Where.CONSOLE), totp_last_step=step)
            counted = await uow.staff.save(passed)
            await uow.staff.save_session(fresh)
    if step is None:
        raise tries.refusal()
    return counted, fresh


async def own_console(world: World, token: str) -> tuple[StaffSession, Staff]:
    """Return the session and member behind a cookie, or raise SignedOutError."""
    async with world.store.read() as uow:
        return await _own(uow, token)


async def _own(uow: UnitOfWork, token: str) -> tuple[StaffSession, Staff]:
    session = await uow.staff.session(hash_token(token))
    if session is None or session.revoked_at is not None:
        raise SignedOutError
    return session, await uow.staff.get(session.staff_id)


async def sign_out(world: World, token: str) -> None:
    """End this console."""
    session, _ = await own_console(world, token)
    async with world.store.write() as uow:
        await uow.staff.save_session(replace(session, revoked_at=world.clock.now()))


async def change_password(world: World, token: str, old: str, new: str) -> None:
    """Set a new password; every other console of the member ends.

    Raises WrongCodeError, TooManyTriesError and InvalidValueError.
    """
    session, staff = await own_console(world, token)
    if old == new or staff.login in new.lower():
        raise InvalidValueError(field="new", reason="password_too_easy")
    judged = await _judge_old(world, staff, old)
    stored = await world.pool.run(hash_password, new)
    async with world.store.write() as uow:
        staff = await uow.staff.get(staff.id)
        if _differs(staff, judged):
            raise ConflictError
        renewed = replace(without_last(staff), password_hash=stored, must_change_password=False)
        await uow.staff.save(renewed)
        await uow.staff.revoke_sessions(staff.id, world.clock.now(), but=session.token_hash)


async def _judge_old(world: World, staff: Staff, old: str) -> Staff:
    async with world.store.write() as uow:
        fresh = await uow.staff.get(staff.id)
        counted, tries = await count_try(uow, fresh, Where.CONSOLE, world.clock.now())
    if not await world.pool.run(password_matches, counted.password_hash, old):
        raise tries.refusal()
    return counted


def fresh_until(session: StaffSession, world: World) -> datetime | None:
    """Return until when the second factor counts as fresh."""
    return step_up_until(session, world.rules)
