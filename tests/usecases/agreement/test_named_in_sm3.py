"""A consent statement tells in SM3 what it tells in SHA-256, and is held to both."""

import base64
import hashlib

import pytest

from server.domain.consent_statement import read_statement
from server.domain.errors import InvalidValueError
from tests.support import signing
from tests.support.signing import agreement
from tests.support.world import Stage


def in_sm3(*contents: bytes) -> list[str]:
    return [hashlib.new("sm3", content).hexdigest() for content in contents]


async def test_a_phone_signs_sm3_of_text_key_and_handwriting(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.look()
    said = read_statement((await made.worker.ask()).statement.encode())
    text = (await agreement(office.world, made.case.id)).locked
    assert text is not None
    async with office.world.store.read() as uow:
        pdf = await uow.files.content(text.pdf)
    key, strokes = base64.b64decode(made.worker.public_key), made.worker.strokes.encode()
    told = [said.pdf_sm3, said.key_sm3, said.handwriting_sm3, said.strokes_sm3]
    assert told == in_sm3(pdf, key, made.worker.handwriting, strokes)


async def test_a_mediator_signs_sm3_of_text_and_key(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    given = (await signing.staff_signs(made, "su")).signatures[-1]
    said = read_statement(given.statement.encode())
    text = (await agreement(office.world, made.case.id)).locked
    assert text is not None
    async with office.world.store.read() as uow:
        pdf = await uow.files.content(text.pdf)
    assert [said.pdf_sm3, said.key_sm3] == in_sm3(pdf, base64.b64decode(given.public_key))
    assert (said.handwriting_sm3, said.strokes_sm3) == (None, None)


@pytest.mark.parametrize("field", ["handwriting_sm3", "strokes_sm3"])
async def test_what_is_handed_in_is_what_was_named_in_sm3(office: Stage, field: str) -> None:
    made = await signing.locked(office)
    await made.worker.look()
    pending = await made.worker.ask(**{field: "0" * 64})
    with pytest.raises(InvalidValueError) as refusal:
        await made.worker.begin(made.worker.signed(pending))
    assert refusal.value.facts["reason"] == "not_as_stated"


async def test_a_page_of_before_signs_without_sm3_of_its_handwriting(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.look()
    pending = await made.worker.ask(handwriting_sm3=None, strokes_sm3=None)
    assert "handwriting_sm3" not in pending.statement
    assert "key_sm3" in pending.statement
    await made.worker.begin(made.worker.signed(pending))
