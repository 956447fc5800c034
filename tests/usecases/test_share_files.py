"""Files by their bytes, names as mere words, masked fields only for a reason."""

import hashlib
import json

import pytest
from hypothesis import given, strategies as st

from server.domain.errors import ForbiddenError, InvalidValueError, NotFoundError, TooLargeError
from server.domain.file_kinds import FileKind
from server.domain.ids import FileId
from server.usecases import made_files, reveal_field, share_files
from server.usecases.share_files import Upload
from server.usecases.world import World
from tests.support import cases
from tests.support.world import OTHER_COMMITTEE, actor

PDF = Upload(name="诊断证明.pdf", content=b"%PDF-1.7\n...")
PNG = Upload(name="印章.png", content=b"\x89PNG\r\n\x1a\n...")


async def test_a_file_comes_back_as_it_was(world: World) -> None:
    case = await cases.registered(world)
    kept = await share_files.upload(world, actor("jiang"), case.id, "evidence", PDF)
    assert (kept.name, kept.media_type) == ("诊断证明.pdf", "application/pdf")
    assert kept.sha256 == hashlib.sha256(PDF.content).hexdigest()
    _, content = await share_files.open_file(world, actor("officer"), case.id, kept.id)
    assert content == PDF.content
    last = (await cases.logged(world, case.id))[-1]
    assert (last["kind"], last["facts"]["commitment"]) == ("evidence.added", kept.commitment)
    assert "诊断" not in str(last)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"MZ\x90\x00", "unknown_type"), (b"<svg/>", "unknown_type"), (b"", "unknown_type")],
)
async def test_what_is_neither_pdf_nor_picture_is_refused(
    world: World, content: bytes, reason: str
) -> None:
    case = await cases.registered(world)
    disguised = Upload(name="a.pdf", content=content)
    with pytest.raises(InvalidValueError) as refused:
        await share_files.upload(world, actor("su"), case.id, "evidence", disguised)
    assert refused.value.facts == {"field": "file", "reason": reason}


async def test_twenty_megabytes_are_enough(world: World) -> None:
    case = await cases.registered(world)
    large = Upload(name="a.pdf", content=b"%PDF-" + bytes(share_files.LARGEST))
    with pytest.raises(TooLargeError):
        await share_files.upload(world, actor("su"), case.id, "evidence", large)


async def test_only_uploads_count_towards_the_most_of_a_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_files, "MOST", 2)
    case = await cases.registered(world)
    async with world.store.write() as uow:
        for kind in (FileKind.HANDWRITING, FileKind.STROKES, FileKind.PREPARED_SIGNATURE):
            await made_files.keep(world, uow, case.id, (kind, "image/png"), b"made")
    await share_files.upload(world, actor("su"), case.id, "evidence", PDF)
    await share_files.upload(world, actor("su"), case.id, "paper", PDF)
    with pytest.raises(TooLargeError) as refused:
        await share_files.upload(world, actor("su"), case.id, "other", PDF)
    assert refused.value.facts == {"files": 2}


async def test_a_head_looks_at_files_and_brings_none(world: World) -> None:
    case = await cases.registered(world)
    kept = await share_files.upload(world, actor("su"), case.id, "other", PDF)
    with pytest.raises(ForbiddenError):
        await share_files.upload(world, actor("he"), case.id, "other", PDF)
    assert (await share_files.open_file(world, actor("he"), case.id, kept.id))[0] == kept
    stranger = actor("he", OTHER_COMMITTEE)
    with pytest.raises(NotFoundError):
        await share_files.open_file(world, stranger, case.id, kept.id)


async def test_a_file_is_opened_through_its_own_case_alone(world: World) -> None:
    case, other = await cases.registered(world), await cases.registered(world)
    kept = await share_files.upload(world, actor("su"), case.id, "other", PDF)
    with pytest.raises(NotFoundError):
        await share_files.open_file(world, actor("su"), other.id, kept.id)


async def test_a_companys_signer_brings_its_seal_and_nobody_else(world: World) -> None:
    case = await cases.registered(world)
    agent = await cases.opened(world, case, "林启航")
    kept = await share_files.upload_seal_scan(world, agent.invitation, PNG)
    assert kept.kind == "seal_scan"
    with pytest.raises(InvalidValueError):
        await share_files.upload_seal_scan(world, agent.invitation, PDF)
    worker = await cases.opened(world, case, "陈水根")
    with pytest.raises(ForbiddenError):
        await share_files.upload_seal_scan(world, worker.invitation, PNG)


@given(name=st.text())
def test_a_name_is_words_and_never_a_path(name: str) -> None:
    plain = share_files.plain_name(name)
    assert 0 < len(plain) <= 120
    assert "/" not in plain
    assert "\\" not in plain
    assert all(sign.isprintable() or sign.isspace() for sign in plain)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id_no", "512099197904123018"),
        ("mobile", "19900000001"),
        ("address", "川东省云岭县青石乡水口村 3 组"),
    ],
)
async def test_a_masked_field_is_shown_for_a_reason(world: World, field: str, value: str) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    shown = await reveal_field.reveal(
        world, actor("officer"), case.id, chen.id, field, "核对当事人身份"
    )
    assert shown == value
    last = (await cases.logged(world, case.id))[-1]
    assert last["kind"] == "field.revealed"
    assert "核对" not in str(last)
    assert value not in str(last)


async def test_the_reason_is_kept_so_that_the_commitment_can_be_opened(world: World) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    await reveal_field.reveal(world, actor("su"), case.id, chen.id, "mobile", "通知改期")
    facts = (await cases.logged(world, case.id))[-1]["facts"]
    note = FileId(facts["file"])
    _, content = await share_files.open_file(world, actor("he"), case.id, note)
    opening = json.loads(content)
    opened = hashlib.sha256(bytes.fromhex(opening["salt"]) + opening["reason"].encode())
    assert opened.hexdigest() == facts["reason_commitment"]
    with pytest.raises(ForbiddenError):
        await share_files.open_file(world, actor("jiang"), case.id, note)


async def test_an_auditor_reveals_nothing(world: World) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    with pytest.raises(ForbiddenError):
        await reveal_field.reveal(world, actor("auditor"), case.id, chen.id, "mobile", "想看看")
    assert "field.revealed" not in await cases.kinds(world, case.id)
