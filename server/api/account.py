"""The own account of a member of staff."""

from server.api import cookies
from server.api.endpoint import Answer, Context
from server.api.schemas import staff as wire
from server.api.schemas.base import Nothing
from server.api.throttle import DOORS
from server.api.views.staff import committee_view, staff_view
from server.domain.staff import Staff, StaffSession
from server.usecases import sign_in as steps
from server.usecases.identify import BROWSER_COOKIE, STAFF_COOKIE, hash_token

_BROWSER_LIFE_S = 400 * 86_400
"""The longest that browsers keep a cookie (RFC 6265bis, 5.6.2)."""


async def sign_in(context: Context, ask: wire.SignIn) -> Answer:
    """Sign in with password and second factor; the cookie is fresh each time.

    Whoever is known here is not kept out by strangers, however often they try his login.
    """
    doors, request = context.request.app[DOORS], context.request
    browser = cookies.read(request, BROWSER_COOKIE) or ""
    if browser:
        # Nobody makes the database look up marks faster than he may look at pages.
        doors.look(request)
    own = await steps.is_own(context.world, ask.login, browser)
    where = doors.sign_in(request, ask.login, own_browser=own)
    signed = await steps.sign_in(context.world, ask.login, ask.password, ask.totp, where)
    doors.signed_in(request, ask.login)
    view = await _me(context, signed.staff, signed.session)
    lifetime = context.world.rules.staff_absolute
    given = {
        STAFF_COOKIE: (signed.token, lifetime),
        BROWSER_COOKIE: (hash_token(signed.token), _BROWSER_LIFE_S),
    }
    return Answer(view=view, cookies=given)


async def sign_out(context: Context, _: None) -> Answer:
    """End this console."""
    await steps.sign_out(context.world, _token(context))
    return Answer(view=Nothing(), cookies={STAFF_COOKIE: None})


async def me(context: Context, _: None) -> wire.Me:
    """Say who is signed in."""
    session, staff = await steps.own_console(context.world, _token(context))
    return await _me(context, staff, session)


async def step_up(context: Context, ask: wire.StepUp) -> wire.Me:
    """Give the second factor again."""
    staff, session = await steps.step_up(context.world, _token(context), ask.totp)
    return await _me(context, staff, session)


async def change_password(context: Context, ask: wire.ChangePassword) -> Nothing:
    """Set a new password."""
    await steps.change_password(context.world, _token(context), ask.old, ask.new)
    return Nothing()


def _token(context: Context) -> str:
    return cookies.read(context.request, STAFF_COOKIE) or ""


async def _me(context: Context, staff: Staff, session: StaffSession) -> wire.Me:
    world = context.world
    async with world.store.read() as uow:
        committee = await uow.committees.get(staff.committee_id)
    return wire.Me(
        staff=staff_view(staff, world.clock.now()),
        committee=committee_view(committee),
        step_up_until=steps.fresh_until(session, world),
        demo=world.rules.demo,
    )
