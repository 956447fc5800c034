"""Admin's work: staff, roles, membership, credentials. No content of any case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.domain.access import Act, Thing, allow
from server.domain.errors import InvalidValueError, WrongStateError
from server.domain.ids import CommitteeId, StaffId
from server.domain.staff import Actor, Membership, Role, Staff
from server.ports.store import UnitOfWork
from server.usecases.passwords import hash_password
from server.usecases.second_factor import new_secret
from server.usecases.tries import without_any
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Shown once: the first password of a member and his authenticator's secret."""

    staff: Staff
    password: str
    totp_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who is to be added."""

    login: str
    name: str
    title: str
    phone: str
    roles: frozenset[Role]


async def make_credentials(
    world: World, committee: CommitteeId, who: Newcomer, password: str | None = None
) -> Credentials:
    """Return a member with fresh credentials; nothing is stored yet.

    He is invited until his first sign-in, unless his password was agreed before.
    """
    first = password or world.ids.token()[:14]
    staff = Staff(
        id=StaffId(world.ids.new()),
        committee_id=committee,
        login=who.login,
        name=who.name,
        title=who.title,
        phone=who.phone,
        roles=who.roles,
        password_hash=await world.pool.run(hash_password, first),
        totp_secret=new_secret(world.ids),
        membership=Membership.INVITED if password is None else Membership.ACTIVE,
        must_change_password=password is None,
    )
    return Credentials(staff=staff, password=first, totp_secret=staff.totp_secret)


async def add_free_login(uow: UnitOfWork, staff: Staff) -> None:
    """Add the member; raise InvalidValueError where the login is taken."""
    if await uow.staff.by_login(staff.login) is not None:
        raise InvalidValueError(field="login", reason="taken")
    await uow.staff.add(staff)


async def add_staff(world: World, actor: Actor, who: Newcomer) -> Credentials:
    """Add a colleague; his credentials are shown once."""
    allow(actor, Act.MANAGE_STAFF)
    made = await make_credentials(world, actor.committee_id, who)
    async with world.store.write() as uow:
        await add_free_login(uow, made.staff)
    return made


async def list_staff(world: World, actor: Actor, act: Act) -> Sequence[Staff]:
    """Return the committee's staff."""
    allow(actor, act)
    async with world.store.read() as uow:
        return await uow.staff.of_committee(actor.committee_id)


async def change_staff(
    world: World, actor: Actor, staff_id: StaffId, changes: Mapping[str, object]
) -> Staff:
    """Change roles or membership; it holds with the next request, in a live room within seconds.

    Nobody takes the admin's role from himself: the committee would be locked out.
    """
    async with world.store.write() as uow:
        staff = await uow.staff.get(staff_id)
        allow(actor, Act.MANAGE_STAFF, Thing(committee_id=staff.committee_id))
        changed = replace(staff, **changes)  # type: ignore[arg-type]  # fields of ChangeStaff
        _keep_an_admin(actor, changed)
        saved = await uow.staff.save(changed)
        if saved.membership is not Membership.ACTIVE:
            await uow.staff.revoke_sessions(staff_id, world.clock.now())
    return saved


def _keep_an_admin(actor: Actor, changed: Staff) -> None:
    myself = changed.id == actor.staff_id
    if myself and (Role.ADMIN not in changed.roles or changed.membership is not Membership.ACTIVE):
        raise WrongStateError(state="own_admin_role")


async def reset_staff(world: World, actor: Actor, staff_id: StaffId) -> Credentials:
    """Give new credentials; the old ones and every open console end."""
    async with world.store.read() as uow:
        staff = await uow.staff.get(staff_id)
    allow(actor, Act.MANAGE_STAFF, Thing(committee_id=staff.committee_id))
    password = world.ids.token()[:14]
    fresh = replace(
        without_any(staff),
        password_hash=await world.pool.run(hash_password, password),
        totp_secret=new_secret(world.ids),
        totp_confirmed=False,
        totp_last_step=0,
        must_change_password=True,
    )
    async with world.store.write() as uow:
        saved = await uow.staff.save(fresh)
        await uow.staff.revoke_sessions(staff_id, world.clock.now())
    return Credentials(staff=saved, password=password, totp_secret=saved.totp_secret)
