"""The first start: one link, one committee, the first staff."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace

from server.domain.committee import Committee
from server.domain.errors import ForbiddenError, InvalidValueError
from server.domain.ids import CommitteeId
from server.domain.staff import Role
from server.usecases.identify import hash_token
from server.usecases.manage_committee import check_seal_image, seal_file
from server.usecases.manage_staff import Credentials, Newcomer, add_free_login, make_credentials
from server.usecases.world import World


async def issue_link(world: World) -> str | None:
    """Return a fresh one-time link's token while there is no committee, else None."""
    async with world.store.write() as uow:
        if await uow.committees.all():
            return None
        token = world.ids.token()
        await uow.replies.put(_key(token), "issued", world.clock.now())
    return token


def _key(token: str) -> str:
    return f"set-up link {hash_token(token)}"


async def is_open(world: World, token: str) -> bool:
    """Return whether the link is good: issued here, and no committee founded since."""
    async with world.store.read() as uow:
        if await uow.committees.all():
            return False
        return await uow.replies.find(_key(token)) is not None


async def set_up(
    world: World,
    token: str,
    committee: Committee,
    staff: Sequence[Newcomer],
    seal_png: str | None = None,
) -> tuple[Credentials, ...]:
    """Found the committee; at least one of the staff must be admin.

    `seal_png` is base64. The committee's `id` is chosen here. Raises ForbiddenError
    once the link was used.
    """
    if not await is_open(world, token):
        raise ForbiddenError
    if not any(Role.ADMIN in one.roles for one in staff):
        raise InvalidValueError(field="staff", reason="admin_missing")
    if len({one.login for one in staff}) != len(staff):
        raise InvalidValueError(field="staff", reason="login_twice")
    founded = replace(committee, id=CommitteeId(world.ids.new()))
    return await found(world, founded, staff, _image(seal_png))


def _image(seal_png: str | None) -> bytes | None:
    if not seal_png:
        return None
    try:
        image = base64.b64decode(seal_png, validate=True)
    except binascii.Error:
        raise InvalidValueError(field="seal", reason="not_png") from None
    check_seal_image(image)
    return image


async def found(
    world: World,
    committee: Committee,
    staff: Sequence[Newcomer],
    seal: bytes | None,
    passwords: Sequence[str | None] = (),
) -> tuple[Credentials, ...]:
    """Store the first committee with its staff in one transaction.

    Raises ForbiddenError when there is one already: of two who set up, one wins.
    """
    chosen = [*passwords, *([None] * len(staff))]
    made = [
        await make_credentials(world, committee.id, who, chosen[at]) for at, who in enumerate(staff)
    ]
    async with world.store.write() as uow:
        if await uow.committees.all():
            raise ForbiddenError
        await uow.committees.add(committee)
        for one in made:
            await add_free_login(uow, one.staff)
        if seal is not None:
            file = seal_file(world, committee, seal)
            await uow.files.add(file, seal)
            await uow.committees.save(replace(committee, seal_image=file.id))
    return tuple(made)
