"""Checkpoints reach whoever keeps them elsewhere, or are shown again later."""

from email import message_from_string, policy

import pytest
from aiohttp import web

from server.config import load
from server.domain.checkpoint import Checkpoint, checkpoint_text, note_of, read_checkpoint
from server.domain.tree import Head
from server.notify.smtp import MailServer
from server.notify.witness import (
    STAMP_TYPE,
    STAMP_WITHIN_S,
    UNSTAMPED,
    HttpWitness,
    MailWitness,
)
from server.ports.witness import Answer, Proof
from server.setting_forms import SettingsError
from tests.notify.test_notify import gateway, mail_server
from tests.support.clock import FakeClock

PROOF = Proof(2, b'{"first":2}')
KEY = b"-----BEGIN PUBLIC KEY-----\n"
TOKEN = b"token"


def checkpoint(size: int = 3) -> Checkpoint:
    note = note_of(b"key", Head(size, b"\x01" * 32))
    return read_checkpoint(checkpoint_text(note, b"key", b"s"))


def mailbox(port: int, clock: FakeClock) -> MailWitness:
    server = MailServer(name="127.0.0.1", port=port, tls=False)
    return MailWitness(
        server, clock, sender="heyi@example.org", recipient="o@example.org", timeout_s=2
    )


async def test_an_address_gets_the_checkpoint_as_it_is() -> None:
    taken: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        taken.append(await request.text())
        return web.Response(status=204)

    async with gateway(answer) as url:
        assert await HttpWitness(url=url).show(checkpoint(), KEY) is Answer.TAKEN
    assert taken == [checkpoint().text]


async def test_an_address_gets_the_proof_before_what_it_leads_to() -> None:
    taken: list[tuple[str, bytes, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        named = request.headers.get("X-Heyi-Checkpoint")
        taken.append((request.content_type, await request.read(), named))
        return web.Response(status=204)

    async with gateway(answer) as url:
        shown = await HttpWitness(url=url).show(checkpoint(), KEY, TOKEN, PROOF)
    assert shown is Answer.TAKEN
    named = f"{checkpoint().origin} 3"
    assert taken == [
        ("application/json", PROOF.content, named),
        ("text/plain", checkpoint().text.encode(), None),
        (STAMP_TYPE, TOKEN, named),
    ]


async def test_who_does_not_take_the_proof_is_not_given_the_checkpoint() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.content_type)
        return web.Response(status=409)

    async with gateway(answer) as url:
        shown = await HttpWitness(url=url).show(checkpoint(), KEY, proof=PROOF)
    assert shown is Answer.REFUSED
    assert asked == ["application/json"]


async def test_a_mail_brings_the_proof() -> None:
    async with mail_server() as (port, mails):
        witness = mailbox(port, FakeClock())
        assert await witness.show(checkpoint(), KEY, TOKEN, PROOF) is Answer.TAKEN
    assert attached(mails[0]) == {"proof-2-3.json": PROOF.content, "checkpoint-3.tst": TOKEN}


@pytest.mark.parametrize("status", [302, 409, 500])
async def test_what_the_address_does_not_take_is_shown_again(status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with gateway(answer) as url:
        assert await HttpWitness(url=url).show(checkpoint(), KEY) is Answer.REFUSED
    assert await HttpWitness(url=url, timeout_s=2).show(checkpoint(), KEY) is Answer.REFUSED


async def test_a_mailbox_gets_one_mail_a_day() -> None:
    clock = FakeClock()
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        answers = [await witness.show(checkpoint(), KEY, TOKEN) for _ in range(3)]
        assert answers == [Answer.TAKEN, Answer.LATER, Answer.LATER]
        await clock.advance(24 * 3600)
        assert await witness.show(checkpoint(), KEY, TOKEN) is Answer.TAKEN
    assert len(mails) == 2
    assert message_from_string(mails[0], policy=policy.default)["To"] == "o@example.org"
    assert checkpoint().text in body(mails[0])
    assert UNSTAMPED not in body(mails[0])


async def test_a_mail_waits_for_a_checkpoint_with_its_time_stamp() -> None:
    clock = FakeClock()
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        assert await witness.show(checkpoint(2), KEY) is Answer.LATER
        await clock.advance(STAMP_WITHIN_S - 1)
        assert await witness.show(checkpoint(), KEY) is Answer.LATER
        assert await witness.show(checkpoint(), KEY, TOKEN) is Answer.TAKEN
        await clock.advance(24 * 3600)
        assert await witness.show(checkpoint(4), KEY) is Answer.LATER
    (mail,) = mails
    assert attached(mail) == {"checkpoint-3.tst": TOKEN}


async def test_a_mail_goes_without_one_where_nobody_stamps_and_it_follows() -> None:
    clock = FakeClock()
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        assert await witness.show(checkpoint(), KEY) is Answer.LATER
        await clock.advance(STAMP_WITHIN_S)
        assert await witness.show(checkpoint(), KEY) is Answer.TAKEN
        assert await witness.show(checkpoint(4), KEY, TOKEN) is Answer.LATER
        assert await witness.show(checkpoint(), KEY, TOKEN) is Answer.TAKEN
        assert await witness.show(checkpoint(), KEY, TOKEN) is Answer.LATER
    assert UNSTAMPED in body(mails[0])
    assert [attached(mail) for mail in mails] == [{}, {"checkpoint-3.tst": TOKEN}]


def body(mail: str) -> str:
    found = message_from_string(mail, policy=policy.default).get_body()
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def attached(mail: str) -> dict[str | None, bytes]:
    found = message_from_string(mail, policy=policy.default).iter_attachments()
    return {one.get_filename(): one.get_content() for one in found}


async def test_a_mail_that_is_refused_is_sent_again() -> None:
    async with mail_server(refusals=1) as (port, mails):
        witness = mailbox(port, FakeClock())
        answers = [await witness.show(checkpoint(), KEY, TOKEN) for _ in range(2)]
    assert answers == [Answer.REFUSED, Answer.TAKEN]
    assert len(mails) == 1


@pytest.mark.parametrize("url", ["ftp://example.org", "office@example.org", "mailto:o@example.org"])
def test_half_a_witness_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="HEYI_WITNESS_URL"):
        load(witness_url=url)
