"""The party's copy: a code, a ticket for a few minutes, thirty days."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.errors import (
    ForbiddenError,
    MissingStepsError,
    NotFoundError,
    TooManyTriesError,
    WrongCodeError,
    WrongStateError,
)
from server.usecases import deliver_copy, show_pages
from server.usecases.identify import hash_token
from tests.support import cases, signing
from tests.support.cases import agent, applicant, company, power
from tests.support.signing import Phone
from tests.support.world import Stage

DAY = 24 * 3600


async def ticket(phone: Phone, code: str | None, device: str | None = None) -> str:
    asker = phone.device if device is None else device
    return (await deliver_copy.ask(phone.world, phone.invitation, asker, code)).token


async def fetch(phone: Phone, token: str, device: str | None = None) -> bytes:
    asker = phone.device if device is None else device
    return (await deliver_copy.fetch(phone.world, phone.invitation, asker, token)).pdf


async def test_a_code_opens_the_copy_and_its_arrival_is_logged_once(office: Stage) -> None:
    made = await signing.sealed(office)
    phone = made.worker
    with pytest.raises(MissingStepsError):
        await ticket(phone, None)
    code = await phone.code("copy")
    with pytest.raises(WrongCodeError):
        await ticket(phone, "000000" if code != "000000" else "111111")
    token = await ticket(phone, code)
    first = await fetch(phone, token)
    assert first.startswith(b"%PDF-")
    assert await fetch(phone, token) == first
    kinds = await cases.kinds(office.world, made.case.id)
    assert kinds.count("delivery.reached") == 1


async def test_a_copy_reaches_each_person_once_in_all_its_days(office: Stage) -> None:
    made = await signing.sealed(office)
    for days in (0, 8, 20):
        await office.clock.advance(days * DAY)
        for phone in (made.worker, made.agent):
            token = await ticket(phone, await phone.code("copy"))
            await asyncio.gather(fetch(phone, token), fetch(phone, token))
    reached = [
        body["facts"]["person"]
        for body in await cases.logged(office.world, made.case.id)
        if body["kind"] == "delivery.reached"
    ]
    assert reached == [phone.invitation.person_id for phone in (made.worker, made.agent)]


async def test_a_code_for_signing_opens_no_copy(office: Stage) -> None:
    made = await signing.sealed(office)
    with pytest.raises(TooManyTriesError):
        await ticket(made.worker, await made.worker.code("sign"))


async def test_there_is_no_copy_before_the_seal(office: Stage) -> None:
    made = await signing.signed(office)
    with pytest.raises(WrongStateError):
        await ticket(made.worker, await made.worker.code("copy"))


async def test_a_ticket_is_for_one_browser_and_five_minutes(office: Stage) -> None:
    made = await signing.sealed(office)
    phone = made.worker
    token = await ticket(phone, await phone.code("copy"))
    for wrong in (token[:-1], ""):
        with pytest.raises(NotFoundError):
            await fetch(phone, wrong)
    with pytest.raises(NotFoundError):
        await fetch(phone, token, hash_token("another browser"))
    with pytest.raises(NotFoundError):
        await fetch(made.agent, token)
    await office.clock.advance(301)
    with pytest.raises(NotFoundError):
        await fetch(phone, token)


async def test_a_copy_stands_ready_for_thirty_days(office: Stage) -> None:
    made = await signing.sealed(office)
    phone = made.worker
    await office.clock.advance(29 * DAY)
    await fetch(phone, await ticket(phone, await phone.code("copy")))
    await office.clock.advance(1 * DAY)
    with pytest.raises(WrongStateError):
        await ticket(phone, await phone.code("copy"))


async def test_the_link_stays_open_as_long_as_the_copy(office: Stage) -> None:
    made = await signing.signed(office)
    await office.clock.advance(20 * DAY)
    await signing.seal(made)
    async with office.world.store.read() as uow:
        links = await uow.invitations.of_case(made.case.id)
    assert {link.expires_at for link in links} == {office.clock.now() + timedelta(days=30)}


async def test_without_a_code_channel_only_the_phone_that_signed_fetches(office: Stage) -> None:
    made = await signing.sealed(office)
    office.notifier.carries_codes = False
    phone = made.worker
    with pytest.raises(ForbiddenError):
        await ticket(phone, None, hash_token("another browser"))
    await fetch(phone, await ticket(phone, None))


async def test_fetching_asks_for_the_scope(office: Stage) -> None:
    only_sign = power(scopes=frozenset({"sign", "concede"}))
    made = await signing.sealed(office, parties=(applicant(), company(agent(authority=only_sign))))
    with pytest.raises(ForbiddenError):
        await ticket(made.agent, await made.agent.code("copy"))
    opened = await cases.opened(office.world, made.case, "刘春梅")
    wife = replace(made.worker, invitation=opened.invitation, device=hash_token(opened.token))
    with pytest.raises(ForbiddenError):
        await ticket(wife, None)


async def test_sealed_pages_are_for_those_who_may_have_a_copy(office: Stage) -> None:
    only_sign = power(scopes=frozenset({"sign", "concede"}))
    made = await signing.sealed(office, parties=(applicant(), company(agent(authority=only_sign))))
    own, other = made.worker, made.agent
    assert await show_pages.own_page(office.world, own.invitation, own.device, 1, 480)
    with pytest.raises(ForbiddenError):
        await show_pages.own_page(office.world, other.invitation, other.device, 1, 480)
