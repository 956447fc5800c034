"""The lock waits for everything that is missing, and a locked text stays as it is."""

import json
from dataclasses import replace
from datetime import date

import pytest

from server.archive.disk import Disk
from server.domain.agreement import AgreementState, Verdict
from server.domain.case import Capacity
from server.domain.errors import (
    ForbiddenError,
    MissingStepsError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.session import SessionState
from server.ports.store import ConflictError, DiskFullError
from server.usecases import lock_agreement, read_agreement, unlock_agreement
from tests.support import cases, signing
from tests.support.cases import agent, applicant, company, power
from tests.support.papers import with_archive
from tests.support.signing import Sitting, agreement, current_session, lock
from tests.support.world import Stage, actor


async def missing(made: Sitting) -> set[str]:
    desk = await read_agreement.see(made.world, actor("su"), made.case.id)
    with pytest.raises(MissingStepsError):
        await lock(made)
    return {finding.code for finding in desk.missing}


async def test_the_lock_freezes_text_and_page(office: Stage) -> None:
    made = await signing.agreed(office)
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert desk.missing == ()
    text = await lock(made)
    assert text.state is AgreementState.LOCKED
    assert text.locked is not None
    async with office.world.store.read() as uow:
        pdf = await uow.files.content(text.locked.pdf)
        plain = await uow.files.content(text.locked.document)
        entries = await uow.log.of_case(made.case.id)
    assert pdf.startswith(b"%PDF-")
    place = next(n for n, e in enumerate(entries) if '"agreement.locked"' in e.body)
    heads = {entry.hash for entry in entries[:place]}
    assert any(head.encode() in plain for head in heads)
    assert [line.role for line in text.locked.signers] == [
        "party",
        "agent",
        "mediator",
        "recorder",
    ]


async def test_the_digest_in_the_log_is_a_commitment(office: Stage) -> None:
    made = await signing.agreed(office)
    locked = (await lock(made)).locked
    assert locked is not None
    async with office.world.store.read() as uow:
        salt = json.loads(await uow.files.content(locked.document))["salt"]
        entries = await uow.log.of_case(made.case.id)
    assert len(bytes.fromhex(salt)) == 16
    assert any(locked.digest in entry.body for entry in entries)
    assert not any(salt in entry.body for entry in entries)


async def test_every_party_hears_and_agrees_to_every_clause(office: Stage) -> None:
    made = await signing.drafted(office)
    assert await missing(made) == {"clause_not_heard"}
    await made.worker.answer(0, None)
    await made.worker.answer(1, Verdict.CHANGE)
    assert await missing(made) == {
        "clause_not_heard",
        "clause_not_agreed",
        "clause_change_wanted",
    }
    for phone in made.phones:
        for clause in range(3):
            await phone.answer(clause)
    assert (await lock(made)).state is AgreementState.LOCKED


async def test_every_signer_agrees_to_sign_electronically(office: Stage) -> None:
    made = await signing.agreed(office, scopes=("online_mediation",))
    assert await missing(made) == {"e_signature_consent"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"personal_status": True}, "e_sign_excluded"),
        ({"dispute_type": "01", "labour": None}, "e_sign_wet_ink"),
        ({"dispute_type": "99", "labour": None}, "e_sign_ask_first"),
    ],
)
async def test_the_law_keeps_personal_status_on_paper(
    office: Stage, changes: dict[str, object], code: str
) -> None:
    made = await signing.agreed(office, **changes)
    assert code in await missing(made)


async def test_nothing_is_locked_while_nobody_mediates(office: Stage) -> None:
    made = await signing.agreed(office)
    async with office.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        await uow.cases.save(replace(case, mediator_id=None))
    desk = await read_agreement.see(office.world, actor("he"), made.case.id)
    assert {f.code for f in desk.missing} == {"mediator_missing"}


async def test_an_agent_signs_within_scope_and_term(office: Stage) -> None:
    no_scope = power(scopes=frozenset({"apply_or_end"}))
    made = await signing.drafted(office, parties=(applicant(), company(agent(authority=no_scope))))
    assert "authority_missing" in await missing(made)


async def test_an_agent_whose_power_has_run_out_signs_nothing(office: Stage) -> None:
    over = power(valid_to=date(2025, 3, 10))
    made = await signing.agreed(office, parties=(applicant(), company(agent(authority=over))))
    await office.clock.advance(24 * 3600)
    assert "authority_missing" in await missing(made)


async def test_an_agent_without_the_scope_to_concede_is_a_warning(office: Stage) -> None:
    only_sign = power(scopes=frozenset({"sign"}))
    made = await signing.agreed(office, parties=(applicant(), company(agent(authority=only_sign))))
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert "agent_may_not_concede" in {f.code for f in desk.findings}
    assert desk.missing == ()
    assert (await lock(made)).state is AgreementState.LOCKED


async def test_nobody_signs_for_both_sides(office: Stage) -> None:
    same = agent(id_no="512099197904123018")
    made = await signing.agreed(office, parties=(applicant(), company(same)))
    assert await missing(made) == {"acts_on_two_sides"}


@pytest.mark.parametrize(
    ("capacity", "code"),
    [(Capacity.DOUBTFUL, "capacity_doubtful"), (Capacity.LIMITED, "guardian_missing")],
)
async def test_capacity_in_doubt_or_limited_lets_the_party_not_sign(
    office: Stage, capacity: Capacity, code: str
) -> None:
    made = await signing.agreed(office)
    async with office.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        first, *others = case.parties
        parties = (replace(first, capacity=capacity), *others)
        await uow.cases.save(replace(case, parties=parties))
    assert code in await missing(made)


async def test_a_stale_revision_or_a_changed_case_is_not_locked(office: Stage) -> None:
    made = await signing.agreed(office)
    world, case_id = office.world, made.case.id
    with pytest.raises(StaleRevisionError):
        await lock_agreement.lock(world, actor("su"), case_id, 0)

    class Slow:
        async def render(self, text: object) -> object:
            async with world.store.write() as uow:
                await uow.cases.save(await uow.cases.get(case_id))
            return await world.renderer.render(text)  # type: ignore[arg-type]

        def __getattr__(self, name: str) -> object:
            return getattr(world.renderer, name)

    slow = replace(world, renderer=Slow())  # type: ignore[arg-type]
    with pytest.raises(ConflictError):
        await lock_agreement.lock(slow, actor("su"), case_id, 1)
    assert (await lock(made)).state is AgreementState.LOCKED


async def test_who_loses_a_race_for_the_lock_leaves_the_winner_his_room(office: Stage) -> None:
    made = await signing.agreed(office)
    world, case_id = office.world, made.case.id
    given_back: list[object] = []

    class Late:
        async def render(self, text: object) -> object:
            await lock(made)
            return await world.renderer.render(text)  # type: ignore[arg-type]

        async def release(self, case: object) -> None:
            given_back.append(case)

        async def reserve(self, case: object, size: int) -> None:
            """Keep nothing: only what is given back counts."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.renderer, name)

    late = replace(world, renderer=Late(), archive=Late())  # type: ignore[arg-type]
    with pytest.raises(ConflictError):
        await lock_agreement.lock(late, actor("su"), case_id, 1)
    assert given_back == []


async def test_who_may_lock(office: Stage) -> None:
    made = await signing.agreed(office)
    for login in ("he", "officer", "lin"):
        with pytest.raises(ForbiddenError):
            await lock_agreement.lock(office.world, actor(login), made.case.id, 1)
    await lock_agreement.lock(office.world, actor("jiang"), made.case.id, 1)


class FullDisk(Disk):
    """A disk without room to reserve anything."""

    def reserve(self, path: object, size: int) -> None:
        raise DiskFullError


async def test_a_full_disk_refuses_before_anybody_is_asked_to_sign(office: Stage) -> None:
    made = await signing.agreed(office)
    full = with_archive(office.world, disk=FullDisk())
    with pytest.raises(DiskFullError):
        await lock_agreement.lock(full, actor("su"), made.case.id, 1)
    assert (await agreement(office.world, made.case.id)).state is AgreementState.DRAFTING
    await lock(made)


async def test_the_sitting_signs_while_the_text_is_locked(office: Stage) -> None:
    made = await signing.locked(office)
    world, case_id = office.world, made.case.id
    assert (await current_session(world, case_id)).state is SessionState.SIGNING
    await unlock_agreement.unlock(world, actor("su"), case_id, "金额要改")
    assert (await current_session(world, case_id)).state is SessionState.OPEN


async def test_opening_again_makes_a_new_version_and_voids_the_signatures(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    world, case_id = office.world, made.case.id
    old = await agreement(world, case_id)
    text = await unlock_agreement.unlock(world, actor("su"), case_id, "第二条写错了")
    assert (text.state, text.text_version, text.signatures) == (AgreementState.DRAFTING, 2, ())
    bodies = await cases.logged(world, case_id)
    told = next(body for body in bodies if body["kind"] == "agreement.unlocked")
    assert told["facts"]["signatures_void"] == 1
    assert "第二条写错了" not in str(bodies)
    again = await lock(made)
    assert again.locked is not None
    assert old.locked is not None
    assert again.locked.pdf_sha256 != old.locked.pdf_sha256
    async with world.store.read() as uow:
        assert (await uow.files.content(old.locked.pdf)).startswith(b"%PDF-")
    with pytest.raises(WrongStateError):
        await lock_agreement.lock(world, actor("su"), case_id, again.revision)
