"""One signs the PDF at a time: turns that end, answers that come late, and nothing half-signed."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from server.documents.issuer import LocalIssuer
from server.documents.revocation import UnprovenError
from server.documents.work import LocalChain
from server.domain.agreement import Agreement, AgreementState
from server.domain.case import CaseState
from server.domain.errors import ForbiddenError, InvalidValueError, MissingStepsError
from server.domain.file_kinds import FileKind
from server.domain.signing_lease import LIFE, SigningBusyError, TurnLostError
from server.ports.documents import Prepared, SignOrder
from server.store.session_log import SqlSessionLog
from server.usecases import end_case, finish_signature, sign_agreement, unlock_agreement
from server.usecases.lapsed_turns import keep_lapsing, lapse_all
from server.usecases.sign_agreement import SignatureForm
from server.usecases.standing import STANDING
from tests.support import cases, signing
from tests.support.signing import Phone, Sitting, agreement
from tests.support.world import Stage, actor
from tests.usecases.agreement.spoilt import spoil

LATE = LIFE.total_seconds() + 1


async def written(phone: Phone) -> SignatureForm:
    """Return what a phone hands in: pages seen, code given, statement signed."""
    await phone.look()
    return phone.signed(await phone.ask())


async def both(office: Stage) -> tuple[Sitting, SignatureForm, SignatureForm]:
    """Return a locked sitting in which both have written and neither has signed."""
    made = await signing.locked(office)
    scan = await signing.scan(made)
    one = await written(made.worker)
    return made, one, replace(await written(made.agent), seal_scan=scan)


async def unsigned(made: Sitting) -> Agreement:
    text = await agreement(made.world, made.case.id)
    assert (text.signatures, text.added) == ((), ())
    return text


async def test_the_second_waits_until_the_first_has_signed(office: Stage) -> None:
    made, one, other = await both(office)
    turn = await made.worker.begin(one)
    with pytest.raises(SigningBusyError) as refused:
        await made.agent.begin(other)
    assert refused.value.facts == {"retry_after_s": 1}
    await made.worker.finish(made.worker.answer_to(one, turn))
    await made.agent.submit(other)
    text = await agreement(made.world, made.case.id)
    assert (len(text.signatures), len(text.added), text.lease) == (2, 2, None)


async def test_an_agent_whose_power_ends_during_his_turn_signs_nothing(office: Stage) -> None:
    made, _, form = await both(office)
    turn = await made.agent.begin(form)
    held = await _power(made, valid_to=date(2025, 3, 1))
    with pytest.raises(MissingStepsError) as refused:
        await made.agent.finish(made.agent.answer_to(form, turn))
    assert refused.value.facts["missing"] == ["authority"]
    await unsigned(made)
    await _power(made, valid_to=held)
    await made.agent.finish(made.agent.answer_to(form, turn))
    assert len((await agreement(made.world, made.case.id)).signatures) == 1


async def _power(made: Sitting, valid_to: date | None) -> date | None:
    """Let the agent's power end on a day; return when it ended before."""
    async with made.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        agent = case.person(made.agent.invitation.person_id)
        assert agent.authority is not None
        bent = replace(agent, authority=replace(agent.authority, valid_to=valid_to))
        people = tuple(bent if one.id == agent.id else one for one in case.people)
        await uow.cases.save(replace(case, people=people))
    return agent.authority.valid_to


@pytest.mark.parametrize("back", [LIFE.total_seconds() + 1, 3600])
async def test_a_clock_that_is_put_back_keeps_nobody_waiting(office: Stage, back: float) -> None:
    made, one, other = await both(office)
    late = await made.worker.begin(one)
    office.clock.jump(-back)
    turn = await made.agent.begin(other)
    with pytest.raises(TurnLostError):
        await made.worker.finish(made.worker.answer_to(one, late))
    await made.agent.finish(made.agent.answer_to(other, turn))
    text = await agreement(made.world, made.case.id)
    assert (len(text.signatures), text.lease) == (1, None)


async def test_a_late_answer_signs_nothing_and_may_be_given_anew(office: Stage) -> None:
    made, one, _ = await both(office)
    turn = await made.worker.begin(one)
    await office.clock.advance(LATE)
    with pytest.raises(TurnLostError):
        await made.worker.finish(made.worker.answer_to(one, turn))
    await unsigned(made)
    again = await made.worker.begin(one)
    assert again.epoch > turn.epoch
    with pytest.raises(TurnLostError):
        await made.worker.finish(made.worker.answer_to(one, turn))
    await made.worker.finish(made.worker.answer_to(one, again))


async def test_whoever_is_late_finds_another_in_his_place(office: Stage) -> None:
    made, one, other = await both(office)
    lost = await made.worker.begin(one)
    await office.clock.advance(LATE)
    turn = await made.agent.begin(other)
    with pytest.raises(TurnLostError):
        await made.worker.finish(made.worker.answer_to(one, lost))
    with pytest.raises(SigningBusyError):
        await made.worker.begin(one)
    await made.agent.finish(made.agent.answer_to(other, turn))
    await made.worker.submit(one)
    text = await agreement(made.world, made.case.id)
    assert [given.signer for given in text.signatures] == [
        made.agent.invitation.person_id,
        made.worker.invitation.person_id,
    ]


async def test_the_same_again_gives_the_same(office: Stage) -> None:
    made, one, _ = await both(office)
    turn = await made.worker.begin(one)
    assert await made.worker.begin(one) == turn
    answer = made.worker.answer_to(one, turn)
    first = await made.worker.finish(answer)
    assert await made.worker.finish(answer) == first
    assert (await made.worker.begin(one)).attributes is None
    kinds = await cases.kinds(made.world, made.case.id)
    assert kinds.count("sign.done") == 1


async def test_two_answers_at_once_make_one_signature(office: Stage) -> None:
    made, one, _ = await both(office)
    answer = made.worker.answer_to(one, await made.worker.begin(one))
    first, second = await asyncio.gather(made.worker.finish(answer), made.worker.finish(answer))
    assert first.signatures == second.signatures
    text = await agreement(made.world, made.case.id)
    assert (len(text.signatures), len(text.added)) == (1, 1)


async def test_only_the_own_key_answers(office: Stage) -> None:
    made, one, _ = await both(office)
    answer = made.worker.answer_to(one, await made.worker.begin(one))
    with pytest.raises(InvalidValueError):
        await made.worker.finish(replace(answer, signature=one.signature))
    with pytest.raises(ForbiddenError):
        await made.agent.finish(answer)
    with pytest.raises(ForbiddenError):
        await finish_signature.finish(made.world, made.worker.invitation, "another", answer)
    await unsigned(made)
    await made.worker.finish(answer)


async def test_a_text_opened_again_ends_every_turn(office: Stage) -> None:
    made, one, _ = await both(office)
    answer = made.worker.answer_to(one, await made.worker.begin(one))
    await unlock_agreement.unlock(made.world, actor("su"), made.case.id, "改一改")
    with pytest.raises(TurnLostError):
        await made.worker.finish(answer)
    text = await unsigned(made)
    assert text.state is AgreementState.DRAFTING
    await signing.lock(made)
    with pytest.raises(TurnLostError):
        await made.worker.finish(answer)
    await unsigned(made)


async def test_who_refuses_gives_up_the_turn(office: Stage) -> None:
    made, one, other = await both(office)
    answer = made.worker.answer_to(one, await made.worker.begin(one))
    worker = made.worker
    await sign_agreement.refuse(made.world, worker.invitation, worker.device, "再想想")
    with pytest.raises(TurnLostError):
        await made.worker.finish(answer)
    await made.agent.submit(other)


async def test_the_same_refusal_again_is_not_logged(office: Stage) -> None:
    made, _, _ = await both(office)
    worker = made.worker
    for reason in ("再想想", "再想想", "要问家里人", "要问家里人"):
        await sign_agreement.refuse(made.world, worker.invitation, worker.device, reason)
    assert (await cases.kinds(made.world, made.case.id)).count("sign.refused") == 2


class _Stopping(LocalChain):
    """A chain whose server stops in the middle of preparing."""

    async def prepare(self, order: SignOrder) -> Prepared:
        raise OSError(order.role)


async def test_a_server_that_stops_while_preparing_leaves_a_turn_that_goes_on(
    office: Stage,
) -> None:
    made, one, _ = await both(office)
    chain = made.world.chain
    assert isinstance(chain, LocalChain)
    stopped = replace(made.world, chain=_Stopping(chain.work, chain.desk))
    worker = made.worker
    with pytest.raises(OSError, match="party"):
        await sign_agreement.begin(stopped, worker.invitation, worker.device, one)
    await unsigned(made)
    await worker.submit(one)
    assert len((await agreement(made.world, made.case.id)).signatures) == 1


async def waiting(made: Sitting) -> int:
    """Return how many prepared signatures can still be read."""
    async with made.world.store.read() as uow:
        files = await uow.files.of_case(made.case.id)
    prepared = [file for file in files if file.kind is FileKind.PREPARED_SIGNATURE]
    return len([file for file in prepared if file.shredded_at is None])


async def test_what_was_prepared_goes_with_its_turn(office: Stage) -> None:
    made, one, other = await both(office)
    for _ in range(3):
        turn = await made.worker.begin(one)
        assert await waiting(made) == 1, "only the turn that may still be finished"
        await office.clock.advance(LATE)
        with pytest.raises(TurnLostError):
            await made.worker.finish(made.worker.answer_to(one, turn))
        assert await waiting(made) == 0, "its time is over"
    await made.worker.begin(one)
    await office.clock.advance(LATE)
    turn = await made.agent.begin(other)
    assert await waiting(made) == 1, "another took the turn"
    assert await made.agent.begin(other) == turn
    assert await waiting(made) == 1, "the same turn goes on"
    await made.agent.finish(made.agent.answer_to(other, turn))
    assert await waiting(made) == 0


async def pictures(made: Sitting) -> int:
    """Return how many pictures and strokes of handwriting can still be read."""
    async with made.world.store.read() as uow:
        files = await uow.files.of_case(made.case.id)
    kinds = {FileKind.HANDWRITING, FileKind.STROKES}
    return sum(file.kind in kinds and file.shredded_at is None for file in files)


async def test_what_was_written_goes_with_the_turn_that_was_replaced(office: Stage) -> None:
    made, one, other = await both(office)
    for _ in range(3):
        await made.worker.begin(await written(made.worker))
        assert await pictures(made) == 2, "handwriting and strokes of the turn that goes on"
    await made.worker.submit(one)
    await made.agent.submit(other)
    assert await pictures(made) == 4, "those of both who signed"
    text = await agreement(made.world, made.case.id)
    async with made.world.store.read() as uow:
        for given in text.signatures:
            assert given.handwriting is not None
            assert await uow.files.content(given.handwriting)


async def test_a_phone_that_never_comes_back_leaves_nothing_half_signed(office: Stage) -> None:
    made, one, _ = await both(office)
    turn = await made.worker.begin(one)
    await office.clock.advance(LIFE.total_seconds() - 1)
    await lapse_all(made.world)
    assert (await waiting(made), await pictures(made)) == (1, 2), "he may still answer"
    await office.clock.advance(1)
    before = await cases.kinds(made.world, made.case.id)
    await lapse_all(made.world)
    assert (await waiting(made), await pictures(made)) == (0, 0)
    assert (await unsigned(made)).lease is None
    assert await cases.kinds(made.world, made.case.id) == before, "nothing was signed"
    with pytest.raises(TurnLostError):
        await made.worker.finish(made.worker.answer_to(one, turn))
    await made.worker.submit(one)
    assert len((await agreement(made.world, made.case.id)).signatures) == 1
    assert keep_lapsing in STANDING.values()


async def test_what_was_signed_outlives_the_turns(office: Stage) -> None:
    made, one, other = await both(office)
    await made.worker.submit(one)
    await made.agent.begin(other)
    await office.clock.advance(LATE)
    await lapse_all(made.world)
    assert (await waiting(made), await pictures(made)) == (0, 2)
    await made.agent.submit(other)
    assert len((await agreement(made.world, made.case.id)).signatures) == 2


async def test_a_turn_that_a_clock_put_back_has_not_reached_is_left(office: Stage) -> None:
    made, one, _ = await both(office)
    turn = await made.worker.begin(one)
    office.clock.jump(-3600)
    await lapse_all(made.world)
    await made.worker.finish(made.worker.answer_to(one, turn))
    assert len((await agreement(made.world, made.case.id)).signatures) == 1


async def test_nothing_half_signed_remains_in_a_case_that_has_ended(office: Stage) -> None:
    made, one, _ = await both(office)
    await made.worker.begin(one)
    await end_case.stop(made.world, made.agent.invitation, "")
    assert (await cases.stored(made.world, made.case.id)).state is CaseState.ENDED
    await office.clock.advance(LATE)
    await lapse_all(made.world)
    assert (await waiting(made), await pictures(made)) == (0, 0)
    assert (await unsigned(made)).lease is None


async def test_a_case_that_cannot_be_read_keeps_no_other_turn(
    office: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (broken, _, _), (whole, one, _) = [await both(office) for _ in range(2)]
    await whole.worker.begin(one)
    spoil(tmp_path, "UPDATE agreements SET body = x'00' WHERE case_id = ?", broken.case.id)
    await office.clock.advance(LATE)
    await lapse_all(office.world)
    assert await waiting(whole) == 0
    assert f"a turn to sign in case {broken.case.id} was not ended" in caplog.text


@pytest.mark.parametrize("way", ["opened", "refused"])
async def test_what_was_prepared_goes_when_the_text_is_opened_or_refused(
    way: str, office: Stage
) -> None:
    made, one, _ = await both(office)
    await made.worker.begin(one)
    if way == "opened":
        await unlock_agreement.unlock(made.world, actor("su"), made.case.id, "改一改")
    else:
        worker = made.worker
        await sign_agreement.refuse(made.world, worker.invitation, worker.device, "再想想")
    assert await waiting(made) == 0


async def test_what_was_prepared_stays_where_the_turn_could_not_be_ended(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, one, _ = await both(office)
    answer = made.worker.answer_to(one, await made.worker.begin(one))
    with monkeypatch.context() as stopping:
        stopping.setattr(SqlSessionLog, "append", _refused)
        with pytest.raises(OSError, match="stopped"):
            await made.worker.finish(answer)
    assert await waiting(made) == 1
    await made.worker.finish(answer)
    assert await waiting(made) == 0
    assert len((await agreement(made.world, made.case.id)).signatures) == 1


async def _refused(*_: object) -> None:
    raise OSError("stopped")


@dataclass(frozen=True, slots=True)
class _Silent(LocalIssuer):
    """An issuer that cannot say now who is revoked."""

    def revoked(self, *_: object) -> tuple[bytes, ...]:
        return ()


async def test_whose_certificate_nothing_clears_signs_nothing_and_tries_again(
    office: Stage,
) -> None:
    made, one, _ = await both(office)
    chain = made.world.chain
    assert isinstance(chain, LocalChain)
    sources = replace(chain.desk.sources, issuer=_Silent(chain.desk.keys))
    silent = LocalChain(chain.work, replace(chain.desk, sources=sources))
    worker = made.worker
    answer = worker.answer_to(one, await worker.begin(one))
    doubtful = replace(made.world, chain=silent)
    with pytest.raises(UnprovenError):
        await finish_signature.finish(doubtful, worker.invitation, worker.device, answer)
    await unsigned(made)
    await worker.submit(one)
    assert len((await agreement(made.world, made.case.id)).signatures) == 1
