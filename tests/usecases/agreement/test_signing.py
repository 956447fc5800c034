"""Signing on the phone: each refusal beside its success, and one signature however often sent."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.api.views.seat import seat_view
from server.domain import conduct
from server.domain.agreement import Refusal
from server.domain.case import CaseState
from server.domain.consent_statement import read_statement
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    MissingStepsError,
    NotFoundError,
    StaleRevisionError,
    TooManyTriesError,
    WrongCodeError,
    WrongStateError,
)
from server.domain.file_kinds import FileKind
from server.domain.invitation import Answer
from server.domain.session import IdentityCheck
from server.ports.store import DiskFullError
from server.usecases import (
    answer_link,
    conduct_session,
    end_case,
    read_agreement,
    show_pages,
    sign_agreement,
    sign_statement,
    take_seat,
    unlock_agreement,
)
from server.usecases.identify import hash_token
from server.usecases.see_seat import see_seat
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.cases import agent, applicant, company, power
from tests.support.papers import with_archive
from tests.support.signing import Phone, agreement, lock, picture
from tests.support.world import Stage, actor
from tests.usecases.agreement.test_lock import FullDisk


async def refused(phone: Phone, *missing: str) -> None:
    with pytest.raises(MissingStepsError) as refusal:
        await phone.ask(code=None)
    assert refusal.value.facts["missing"] == list(missing)


async def test_the_statement_names_text_key_code_and_handwriting(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.look()
    pending = await made.worker.ask()
    said = read_statement(pending.statement.encode())
    text = (await agreement(office.world, made.case.id)).locked
    assert text is not None
    assert (said.pdf_sha256, said.agreement_sha256) == (text.pdf_sha256, text.digest)
    async with office.world.store.read() as uow:
        exact = await uow.files.content(text.document)
    assert said.agreement_sm3 == hashlib.new("sm3", exact).hexdigest()
    assert (said.role, said.key_control, said.purpose) == ("party", "browser", "sign_agreement")
    assert said.on_behalf_of == made.case.parties[0].id
    assert said.handwriting_sha256 == hashlib.sha256(made.worker.handwriting).hexdigest()
    assert said.code_verified_at == said.at == office.clock.now()
    assert said.phone_masked == "199****0001"
    assert (said.confirmed_by, said.confirmed_at) == (None, None)


async def test_all_pages_are_shown_before_the_statement(office: Stage) -> None:
    made = await signing.locked(office)
    await refused(made.worker, "pages")
    await made.worker.look()
    await refused(made.worker, "code")
    await made.worker.sign()


async def test_thumbnails_are_no_pages(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    text = (await agreement(office.world, made.case.id)).locked
    assert text is not None
    for page in range(1, text.pages + 1):
        await show_pages.own_page(office.world, phone.invitation, phone.device, page, 120)
    await refused(phone, "pages")
    for page in (0, text.pages + 1):
        with pytest.raises(NotFoundError):
            await show_pages.own_page(office.world, phone.invitation, phone.device, page, 480)


async def test_a_wrong_code_signs_nothing_and_counts_down(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    code = await phone.code()
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as refusal:
            await phone.ask(code=wrong)
        assert refusal.value.facts["left"] == left
    with pytest.raises(TooManyTriesError):
        await phone.ask(code=wrong)
    with pytest.raises(TooManyTriesError):
        await phone.ask(code=code)
    assert (await agreement(office.world, made.case.id)).signatures == ()


async def test_a_code_is_spent_once_but_a_lost_answer_is_given_again(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    code = await phone.code()
    first = await phone.ask(code=code)
    assert await phone.ask(code=code) == first
    with pytest.raises(TooManyTriesError):
        await phone.ask(code=code, strokes_sha256="0" * 64)


async def test_without_a_code_channel_staff_confirm_on_video(office: Stage) -> None:
    made = await signing.locked(office)
    office.notifier.carries_codes = False
    phone = made.worker
    await phone.look()
    await refused(phone, "confirmed_on_video")
    check = conduct_session.identity(
        office.world,
        actor("su"),
        phone.invitation.person_id,
        "resident_identity_card",
        matches=True,
        phone_confirmed=True,
    )
    session = made.session.id
    await conduct_session.check_identity(office.world, actor("su"), session, check)
    said = read_statement((await phone.ask()).statement.encode())
    assert (said.confirmed_by, said.confirmed_at) == ("staff-su", office.clock.now())
    assert (said.code_verified_at, said.phone_masked) == (None, None)
    text = await phone.submit(phone.signed(await phone.ask()))
    given = text.signature_of(phone.invitation.person_id)
    assert given is not None
    assert given.code_verified_at is None


async def test_an_identity_that_no_longer_matches_signs_nothing(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    pending = await phone.ask()
    check = IdentityCheck(
        person_id=phone.invitation.person_id,
        document="resident_identity_card",
        number_masked="",
        matches=False,
        by=actor("su").staff_id,
        at=office.clock.now(),
    )
    decision = conduct.check_identity(check)
    await conduct_session.by_staff(office.world, actor("su"), made.session.id, decision)
    with pytest.raises(MissingStepsError) as refusal:
        await phone.submit(phone.signed(pending))
    assert refusal.value.facts["missing"] == ["identity"]
    await refused(phone, "identity")


async def test_only_the_phone_that_holds_the_seat_signs(office: Stage) -> None:
    made = await signing.locked(office)
    phone, world = made.worker, office.world
    await phone.look()
    pending = await phone.ask()
    other = hash_token("another browser")
    form = await phone.form("123456")
    with pytest.raises(ForbiddenError):
        await sign_statement.issue(world, phone.invitation, other, form)
    with pytest.raises(ForbiddenError):
        await sign_agreement.begin(world, phone.invitation, other, phone.signed(pending))
    await phone.submit(phone.signed(pending))


async def test_a_statement_belongs_to_one_person(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.look()
    pending = await made.worker.ask()
    with pytest.raises(ForbiddenError):
        await made.agent.submit(made.worker.signed(pending))
    with pytest.raises(NotFoundError):
        await made.agent.submit(replace(made.worker.signed(pending), statement_id="unknown"))


async def test_a_companion_has_no_line_to_sign(office: Stage) -> None:
    made = await signing.locked(office)
    world = office.world
    opened = await cases.opened(world, made.case, "刘春梅")
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    device = hash_token(opened.token)
    wife = Phone(
        scene=office,
        invitation=await take_seat.enter(world, opened.invitation, device),
        device=device,
    )
    await wife.look()
    with pytest.raises(ForbiddenError):
        await wife.ask(code="123456")


async def test_a_signature_must_fit_its_statement(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    pending = await phone.ask()
    good = phone.signed(pending)
    stranger = Phone(scene=office, invitation=phone.invitation, device=phone.device)
    bad = (
        replace(good, signature=stranger.signed(pending).signature),
        replace(good, signature="AAAA"),
        replace(good, signature="!"),
        replace(good, handwriting_png=signing.base64_of(picture(5))),
        replace(good, strokes="[]"),
    )
    for form in bad:
        with pytest.raises(InvalidValueError):
            await phone.submit(form)
    assert (await phone.submit(good)).signatures[0].handwriting is not None


async def test_a_picture_the_seal_could_not_print_is_refused_now(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    for content in (b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)):
        phone.handwriting = content
        pending = await phone.ask()
        with pytest.raises(InvalidValueError):
            await phone.submit(phone.signed(pending))


async def test_fifty_sends_of_one_signature_are_one(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    form = phone.signed(await phone.ask())
    answers = await asyncio.gather(*(phone.submit(form) for _ in range(50)))
    assert len({text.version for text in answers}) == 1
    text = await agreement(office.world, made.case.id)
    assert len(text.signatures) == 1
    done = [k for k in await cases.kinds(office.world, made.case.id) if k == "sign.done"]
    assert len(done) == 1
    async with office.world.store.read() as uow:
        files = [f.kind for f in await uow.files.of_case(made.case.id)]
    assert files.count(FileKind.HANDWRITING) == 1


async def test_nobody_signs_twice_with_another_statement(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    first, second = await phone.ask(), await phone.ask()
    await phone.submit(phone.signed(first))
    with pytest.raises(WrongStateError):
        await phone.submit(phone.signed(second))
    with pytest.raises(WrongStateError):
        await phone.ask(code="123456")


async def test_a_statement_lives_ten_minutes(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    pending = await phone.ask()
    await office.clock.advance(601)
    with pytest.raises(WrongStateError) as refusal:
        await phone.submit(phone.signed(pending))
    assert refusal.value.facts["state"] == "statement_expired"
    await phone.submit(phone.signed(await phone.ask()))


async def test_the_same_is_asked_again_after_ten_minutes(office: Stage) -> None:
    made = await signing.locked(office, on_video=True)
    office.notifier.carries_codes = False
    phone = made.worker
    await phone.look()
    first = await phone.ask()
    await office.clock.advance(601)
    second = await phone.ask()
    assert second.said.at == first.said.at + timedelta(seconds=601)
    assert await phone.ask() == second
    await phone.submit(phone.signed(second))


async def test_a_statement_never_signs_another_version(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    pending, old = await phone.ask(), await phone.form("123456")
    await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "改一个字")
    with pytest.raises(StaleRevisionError):
        await phone.submit(phone.signed(pending))
    await lock(made)
    with pytest.raises(StaleRevisionError):
        await phone.submit(phone.signed(pending))
    with pytest.raises(StaleRevisionError):
        await sign_statement.issue(office.world, phone.invitation, phone.device, old)
    await refused(phone, "pages")
    await phone.sign()


async def test_a_statement_of_another_case_signs_nothing_here(office: Stage) -> None:
    one = await signing.locked(office)
    await one.worker.look()
    pending = await one.worker.ask()
    other = await signing.locked(office)
    with pytest.raises(ForbiddenError):
        await other.worker.submit(one.worker.signed(pending))
    assert (await agreement(office.world, other.case.id)).signatures == ()


async def test_a_full_disk_refuses_before_the_code_is_spent(office: Stage) -> None:
    made = await signing.locked(office)
    phone = made.worker
    await phone.look()
    code = await phone.code()
    full = with_archive(office.world, disk=FullDisk())
    with pytest.raises(DiskFullError):
        await sign_statement.issue(full, phone.invitation, phone.device, await phone.form(code))
    await phone.submit(phone.signed(await phone.ask(code=code)))


async def test_an_agents_power_must_run_on_the_day_of_signing(office: Stage) -> None:
    short = power(valid_to=date(2025, 3, 10))
    made = await signing.locked(office, parties=(applicant(), company(agent(authority=short))))
    await made.agent.look()
    await office.clock.advance(24 * 3600)
    await refused(made.agent, "authority")


async def test_refusing_to_sign_tells_the_mediator_and_may_be_taken_back(office: Stage) -> None:
    made = await signing.locked(office)
    phone, world = made.worker, office.world
    await sign_agreement.refuse(world, phone.invitation, phone.device, "再想一想")
    desk = await read_agreement.see(world, actor("su"), made.case.id)
    assert desk.agreement.refusals == (Refusal(phone.invitation.person_id, "再想一想"),)
    bodies = await cases.logged(world, made.case.id)
    assert bodies[-1]["kind"] == "sign.refused"
    assert "再想一想" not in str(bodies)
    assert await shown_as_refused(world, phone)
    assert not await shown_as_refused(world, made.agent)
    text = await phone.sign()
    assert not text.refusals
    assert not await shown_as_refused(world, phone)
    with pytest.raises(WrongStateError):
        await sign_agreement.refuse(world, phone.invitation, phone.device, "")


async def test_refusing_one_version_of_the_text_says_nothing_of_another(office: Stage) -> None:
    made = await signing.locked(office)
    phone, world = made.worker, office.world
    version = (await read_agreement.see(world, actor("su"), made.case.id)).agreement.text_version
    with pytest.raises(StaleRevisionError):
        await sign_agreement.refuse(world, phone.invitation, phone.device, "", version - 1)
    assert not await shown_as_refused(world, phone)
    await sign_agreement.refuse(world, phone.invitation, phone.device, "", version)
    assert await shown_as_refused(world, phone)


async def shown_as_refused(world: World, phone: Phone) -> bool:
    seat = await see_seat(world, phone.invitation, phone.device)
    return seat_view(world, seat, "zh-CN").sign_refused


async def test_nothing_is_signed_or_written_after_a_party_stopped(office: Stage) -> None:
    made = await signing.locked(office)
    phone, world = made.worker, office.world
    await phone.look()
    pending = await phone.ask()
    await end_case.stop(world, made.agent.invitation, "")
    assert (await cases.stored(world, made.case.id)).state is CaseState.ENDED
    with pytest.raises(WrongStateError):
        await phone.submit(phone.signed(pending))
    with pytest.raises(WrongStateError):
        await phone.ask()
    with pytest.raises(WrongStateError):
        await unlock_agreement.unlock(world, actor("su"), made.case.id, "再谈谈")
    assert (await agreement(world, made.case.id)).signatures == ()
