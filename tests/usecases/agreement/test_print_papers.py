"""Minutes, acceptance form and cover on paper: for whom, logged, and nothing private in them."""

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.documents.pages import page_text
from server.domain import conduct, spaces
from server.domain.case import Side
from server.domain.custody import Custody
from server.domain.errors import ForbiddenError, NotFoundError, WrongStateError
from server.domain.ids import CaseId, SessionId
from server.domain.printout import Printout
from server.domain.session import MinutesItem, MinutesMark
from server.ports.files import ShreddedError
from server.usecases import conduct_session, end_case, keep_files, print_papers, share_files
from server.usecases.print_papers import Paper
from server.usecases.share_files import Upload
from server.usecases.world import World
from tests.documents.form_text import squeezed
from tests.support import cases, signing
from tests.support.signing import Sitting, stepped_up
from tests.support.world import OTHER_COMMITTEE, Stage, actor
from tests.usecases.agreement.kept_files import keep_ten_years, past
from tests.usecases.agreement.test_see_minutes import SAID, minuted

PRIVATE = "最少要十万"


def text(paper: Paper) -> str:
    return squeezed("".join(page_text(paper.pdf)))


async def logged(world: World, case_id: CaseId) -> list[dict[str, object]]:
    async with world.store.read() as uow:
        bodies = [json.loads(entry.body) for entry in await uow.log.of_case(case_id)]
    return [body for body in bodies if body["kind"] == "paper.printed"]


@pytest.mark.parametrize("login", ["su", "jiang", "he", "officer"])
async def test_nobody_prints_a_concession_not_even_who_wrote_it_down(
    office: Stage, login: str
) -> None:
    made = await minuted(office)
    paper = await print_papers.minutes(office.world, actor(login), made.case.id, made.session.id)
    assert paper.name == f"人民调解记录 {made.case.case_no}.pdf"
    said = text(paper)
    assert f"陈水根：【无争议事实】{SAID[0][1]}" in said
    assert SAID[1][1] not in said
    assert "本次未达成协议，另定时间继续调解。" in said
    assert f"{actor(login).name}于2025年" in said
    async with office.world.store.read() as uow:
        *_, before, _ = await uow.log.of_case(made.case.id)
    assert f"日志{before.hash[:16]}" in said
    (entry,) = await logged(office.world, made.case.id)
    assert entry["actor"] == actor(login).staff_id
    assert entry["facts"] == {"part": "minutes", "session": made.session.id, "version": 1}


async def written_in_a_caucus(made: Sitting) -> None:
    """Have a sentence in the minutes as an earlier release took it down in a caucus."""
    world, session = made.world, made.session.id
    apart = spaces.go_caucus(Side.APPLICANT)
    await conduct_session.by_staff(world, actor("su"), session, apart)
    await made.scene.clock.advance(60)
    now = world.clock.now()
    item = MinutesItem(id="1", at=now, speaker="陈水根", text=PRIVATE, mark=MinutesMark.STATEMENT)
    with pytest.raises(WrongStateError):
        await conduct_session.write_minutes(world, actor("su"), session, item, change=False)
    await made.scene.clock.advance(60)
    await conduct_session.by_staff(world, actor("su"), session, spaces.go_joint)
    await conduct_session.write_minutes(world, actor("su"), session, item, change=False)


async def test_nothing_of_a_private_talk_is_printed_but_when_it_was(office: Stage) -> None:
    made = await signing.sitting(office)
    await written_in_a_caucus(made)
    paper = await print_papers.minutes(office.world, actor("su"), made.case.id, made.session.id)
    assert PRIVATE not in text(paper)
    assert "调解员与申请人单独谈话，内容不记录。" in text(paper)
    assert "没有列入本记录的内容。" not in text(paper)


async def test_the_acceptance_form_is_the_registered_case(office: Stage) -> None:
    case = await cases.registered(office.world)
    paper = await print_papers.acceptance(office.world, actor("officer"), case.id)
    assert paper.name == f"人民调解受理登记表 {case.case_no}.pdf"
    for words in ("依当事人申请，调解陈水根、鹭岛恒筑", "工伤赔偿", "180,000.00元", "电话"):
        assert words in text(paper)
    for hidden in ("512099197904123018", "19900000001"):
        assert hidden not in text(paper)
    (entry,) = await logged(office.world, case.id)
    assert entry["facts"] == {"part": "acceptance"}


async def test_the_cover_lists_what_lies_in_the_file(office: Stage) -> None:
    made = await minuted(office)
    world, case = office.world, made.case
    given = Upload(name="伤情照片.png", content=signing.picture(3))
    await share_files.upload(world, actor("jiang"), case.id, "evidence", given)
    paper = await print_papers.file_cover(world, actor("officer"), case.id)
    assert paper.name == f"人民调解卷宗 {case.case_no}.pdf"
    said = text(paper)
    assert "卷名陈水根与鹭岛恒筑建设劳务有限公司工伤赔偿纠纷" in said
    for row in ("6人民调解证据材料需1件", "7人民调解记录必1次", "视频核对：陈水根、林启航"):
        assert row in said
    assert "人民调解协议书或者口头协议登记表必缺，须补入或者写明原因" in said
    (entry,) = await logged(world, case.id)
    assert entry["facts"] == {"part": "file_cover"}


async def test_the_cover_of_a_sealed_case_names_number_and_who_has_a_copy(office: Stage) -> None:
    made = await signing.sealed(office)
    number = (await signing.agreement(made.world, made.case.id)).seal
    assert number is not None
    said = text(await print_papers.file_cover(made.world, actor("he"), made.case.id))
    assert f"卷号{number.number}" in said
    assert f"{number.number}" in said.partition("口头协议登记表必")[2]


async def test_they_are_for_who_may_see_the_case(office: Stage) -> None:
    made = await minuted(office)
    world, case, session = office.world, made.case.id, made.session.id
    for login in ("lin", "admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await print_papers.minutes(world, actor(login), case, session)
        with pytest.raises(ForbiddenError):
            await print_papers.acceptance(world, actor(login), case)
        with pytest.raises(ForbiddenError):
            await print_papers.file_cover(world, actor(login), case)
    with pytest.raises(NotFoundError):
        await print_papers.acceptance(world, actor("su", OTHER_COMMITTEE), case)
    assert await logged(world, case) == []


async def test_a_sitting_is_printed_of_its_own_case_and_once_it_has_begun(office: Stage) -> None:
    made = await minuted(office)
    world = office.world
    other = await cases.registered(world)
    for session in (made.session.id, SessionId("../../agreement")):
        with pytest.raises(NotFoundError):
            await print_papers.minutes(world, actor("su"), other.id, session)
    planned = await signing.current_session(world, other.id)
    with pytest.raises(WrongStateError):
        await print_papers.minutes(world, actor("su"), other.id, planned.id)


async def test_of_a_destroyed_file_nothing_is_printed(office: Stage) -> None:
    made, world = await minuted(office), office.world
    case = made.case.id
    await keep_ten_years(office)
    await end_case.end(world, actor("su"), case, "refused", "")
    past(office, date(2036, 1, 1))
    await keep_files.propose(world, actor("officer"), case, "保管期满")
    await print_papers.acceptance(world, actor("he"), case)
    await keep_files.confirm(world, stepped_up("he"), case)
    with pytest.raises(ShreddedError):
        await print_papers.acceptance(world, actor("he"), case)
    with pytest.raises(ShreddedError):
        await print_papers.file_cover(world, actor("he"), case)
    with pytest.raises(ShreddedError):
        await print_papers.minutes(world, actor("su"), case, made.session.id)
    assert len(await logged(world, case)) == 1


async def test_nor_where_it_was_destroyed_while_the_page_was_drawn(office: Stage) -> None:
    case = (await cases.registered(office.world)).id

    async def drawn(printout: Printout) -> bytes:
        async with office.world.store.write() as uow:
            found = await uow.cases.get(case)
            gone = Custody(destroyed_at=office.clock.now())
            await uow.cases.save(replace(found, custody=gone))
        return printout.title.encode()

    slow = replace(office.world, renderer=cast("Any", SimpleNamespace(print_out=drawn)))
    with pytest.raises(ShreddedError):
        await print_papers.acceptance(slow, actor("su"), case)
    assert await logged(office.world, case) == []


async def test_each_sitting_is_a_paper_of_its_own(office: Stage) -> None:
    made = await minuted(office)
    world = office.world
    second = await signing.current_session(world, made.case.id)
    assert second.id != made.session.id
    await office.clock.advance(timedelta(days=7).total_seconds())
    await conduct_session.by_staff(world, actor("su"), second.id, conduct.open_session)
    paper = await print_papers.minutes(world, actor("su"), made.case.id, second.id)
    assert SAID[0][1] not in text(paper)
