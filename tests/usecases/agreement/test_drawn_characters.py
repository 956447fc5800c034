"""Characters that no font has: named before the lock, printed from a picture after it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from server.documents.drawn_font import encoded
from server.documents.pages import page_text
from server.domain.drawn_characters import MOST
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    MissingStepsError,
    TooLargeError,
    WrongStateError,
)
from server.usecases import draft_agreement, draw_character, read_agreement
from server.usecases.draft_agreement import ClauseForm
from tests.documents.brush import UNKNOWN, photo
from tests.support import signing
from tests.support.signing import Sitting, agreement, draft, lock
from tests.support.world import Stage, actor


async def with_text(office: Stage, more: str) -> Sitting:
    """Return the example, agreed to by everybody, with `more` at the end of its first clause."""
    made = await signing.agreed(office)
    text = await agreement(office.world, made.case.id)
    clauses = tuple(ClauseForm(id=c.id, text=c.text) for c in text.clauses)
    odd = (replace(clauses[0], text=clauses[0].text + more), *clauses[1:])
    await draft_agreement.edit(
        office.world, actor("su"), made.case.id, draft(made.case, text.revision, clauses=odd)
    )
    await made.worker.answer(0)
    await made.agent.answer(0)
    return made


async def owed(made: Sitting) -> dict[str, object]:
    desk = await read_agreement.see(made.world, actor("su"), made.case.id)
    return {finding.code: finding.facts["codes"] for finding in desk.missing}


async def bring(made: Sitting, character: str, content: bytes) -> None:
    await draw_character.draw(made.world, actor("su"), made.case.id, character, content)


async def test_the_lock_waits_for_the_picture_and_prints_it(office: Stage) -> None:
    made = await with_text(office, UNKNOWN)
    assert await owed(made) == {"characters_unpictured": "U+31350"}
    with pytest.raises(MissingStepsError):
        await lock(made)
    await bring(made, UNKNOWN, photo())
    assert await owed(made) == {}
    locked = (await lock(made)).locked
    assert locked is not None
    async with office.world.store.read() as uow:
        pdf = await uow.files.content(locked.pdf)
        frozen = json.loads(await uow.files.content(locked.document))
    assert frozen["drawn"] == [
        {"character": UNKNOWN, "code": "U+31350", "picture": encoded(photo())}
    ]
    assert f"国际编码（Unicode）为{'U+31350'}" in frozen["closing"][-1]
    assert sum(page.count(UNKNOWN) for page in page_text(pdf)) == 2


async def test_the_last_picture_of_a_character_counts(office: Stage) -> None:
    made = await with_text(office, UNKNOWN)
    await bring(made, UNKNOWN, photo("一"))
    await bring(made, UNKNOWN, photo())
    desk = await read_agreement.see(made.world, actor("su"), made.case.id)
    assert desk.fontless == (UNKNOWN,)
    assert [one.picture for one in desk.agreement.pictures] == [encoded(photo())]


async def test_a_picture_that_is_not_needed_is_not_printed(office: Stage) -> None:
    made = await with_text(office, "。")
    await bring(made, UNKNOWN, photo())
    locked = (await lock(made)).locked
    assert locked is not None
    async with office.world.store.read() as uow:
        frozen = json.loads(await uow.files.content(locked.document))
    assert "drawn" not in frozen
    assert "Unicode" not in frozen["closing"][-1]


async def test_what_is_no_han_cannot_be_drawn(office: Stage) -> None:
    made = await with_text(office, "\u202e\ue863\U0001f58b")
    assert await owed(made) == {"characters_missing": "U+202E U+E863 U+1F58B"}
    for character in "\u202e\ue863\U0001f58bA":
        with pytest.raises(InvalidValueError):
            await bring(made, character, photo())


@pytest.mark.parametrize(
    "changes",
    [
        {"address": f"{UNKNOWN}巷一号"},
        {"name": f"{UNKNOWN}溪调委会", "address": "禾溪街道1号"},
    ],
    ids=["its place", "the seal that is drawn"],
)
async def test_what_only_the_seal_prints_cannot_be_drawn(
    office: Stage, changes: dict[str, Any]
) -> None:
    made = await with_text(office, "。")
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(made.case.committee_id)
        await uow.committees.save(replace(committee, **changes))
    await bring(made, UNKNOWN, photo())
    assert await owed(made) == {"characters_missing": "U+31350"}


async def test_the_log_does_not_say_which_character(office: Stage) -> None:
    made = await with_text(office, UNKNOWN)
    await bring(made, UNKNOWN, photo())
    async with office.world.store.read() as uow:
        entries = await uow.log.of_case(made.case.id)
    last = json.loads(entries[-1].body)
    assert (last["kind"], last["facts"]) == ("draft.character", {"pictures": 1})


async def test_pictures_are_bounded(office: Stage) -> None:
    made = await with_text(office, UNKNOWN)
    with pytest.raises(TooLargeError):
        await bring(made, UNKNOWN, bytes(draw_character.LARGEST + 1))
    picture = photo()
    for number in range(MOST):
        await bring(made, chr(0x31350 + number), picture)
    with pytest.raises(InvalidValueError) as caught:
        await bring(made, chr(0x31350 + MOST), picture)
    assert caught.value.facts["reason"] == "too_many"


async def test_a_locked_text_takes_no_picture(office: Stage) -> None:
    made = await with_text(office, "。")
    await lock(made)
    with pytest.raises(WrongStateError):
        await bring(made, UNKNOWN, photo())


async def test_who_may_not_write_the_draft_brings_no_picture(office: Stage) -> None:
    made = await with_text(office, UNKNOWN)
    with pytest.raises(ForbiddenError):
        await draw_character.draw(office.world, actor("auditor"), made.case.id, UNKNOWN, photo())
