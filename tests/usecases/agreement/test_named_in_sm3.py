"""A statement tells in SM3 what it tells in SHA-256, and is held to both."""

import base64
import hashlib
import json
from typing import Any

import pytest

from server.domain.agreement import Locked
from server.domain.attested import read_attested
from server.domain.consent_statement import read_statement
from server.domain.errors import InvalidValueError
from server.domain.sealing_rule import RuleStep
from server.domain.signing_route import Attestation
from server.usecases import release_seal, set_sealing
from tests.archive.attacks.test_sm3 import no_sm3
from tests.support import paper, signing
from tests.support.signing import Sitting, agreement, pdf_sha256, stepped_up
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


async def contents(made: Sitting, locked: Locked) -> list[bytes]:
    async with made.world.store.read() as uow:
        return [await uow.files.content(one) for one in (locked.document, locked.pdf)]


async def test_who_compares_paper_signs_sm3_of_text_key_and_every_scan(office: Stage) -> None:
    made = await paper.locked(office)
    photos = [paper.photo(sheet) for sheet in paper.sheets(await paper.printed(made))]
    for page, photo in enumerate(photos, start=1):
        await paper.bring(made, photo, page)
    text = await paper.compare(made)
    (given,) = text.attestations
    said, seen = read_attested(given.statement.encode()), json.loads(given.statement)["saw"]
    assert text.locked is not None
    held = [*await contents(made, text.locked), base64.b64decode(given.public_key)]
    assert [said.agreement_sm3, said.pdf_sm3, said.key_sm3] == in_sm3(*held)
    assert [page["sm3"] for page in seen["pages"]] == in_sm3(*photos)


async def test_a_server_without_sm3_tells_none_of_what_was_compared(office: Stage) -> None:
    made = await paper.locked(office)
    await paper.bring_all(made)
    with no_sm3():
        (given,) = (await paper.compare(made)).attestations
    assert given.statement.count("sm3") == given.statement.count('"agreement_sm3":null') == 1


async def approved(made: Sitting) -> tuple[Attestation, ...]:
    await release_seal.release(made.world, stepped_up("su"), made.case.id, await pdf_sha256(made))
    await signing.seal(made)
    seal = (await agreement(made.world, made.case.id)).seal
    assert seal is not None
    return seal.approvals


async def test_who_confirms_the_seal_signs_sm3_of_the_release(office: Stage) -> None:
    await set_sealing.change(office.world, stepped_up("he"), RuleStep.TO_TWO)
    first, second = await approved(await signing.signed(office))
    seen: dict[str, Any] = json.loads(second.statement)["saw"]
    assert [seen["release_sm3"]] == in_sm3(first.statement.encode())
    for one in (first, second):
        said = read_attested(one.statement.encode())
        assert [said.key_sm3] == in_sm3(base64.b64decode(one.public_key))
