"""What only a demonstration needs; never reachable outside demo mode."""

import pyotp

from server.domain.errors import ForbiddenError
from server.usecases.second_factor import STEP
from server.usecases.world import World


async def staff_digits(world: World) -> dict[str, str]:
    """Return by login the six digits that would be accepted next.

    Raises ForbiddenError outside demo mode.
    """
    if not world.rules.demo:
        raise ForbiddenError
    present = int(world.clock.now().timestamp()) // STEP
    async with world.store.read() as uow:
        committees = await uow.committees.all()
        staff = [s for c in committees for s in await uow.staff.of_committee(c.id)]
    return {
        one.login: pyotp.TOTP(one.totp_secret).generate_otp(max(present, one.totp_last_step + 1))
        for one in staff
        if one.totp_secret
    }
