"""Gateways for real: a mail server, a web server, a program; and what none of them may leak."""

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_string, policy
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.domain.ids import CaseId, CommitteeId, MessageId, PersonId
from server.notify.command import CommandNotifier
from server.notify.demo import DemoNotifier
from server.notify.outbox import OutboxNotifier
from server.notify.smtp import MailServer, SmtpNotifier
from server.notify.webhook import WebhookNotifier
from server.ports.notify import Message, MessageKind, MessageState, Notifier

SECRET = "one-shared-key"


def message(kind: MessageKind = MessageKind.INVITATION, text: str = "请点开：") -> Message:
    return Message(
        id=MessageId("m1"),
        committee_id=CommitteeId("c"),
        case_id=CaseId("k"),
        person_id=PersonId("p"),
        kind=kind,
        mobile="19900000001",
        text=text,
        link="https://heyi.example/j/token" if kind is MessageKind.INVITATION else "",
        at=datetime(2025, 3, 10, tzinfo=UTC),
    )


def smtp(port: int, recipient: str = "{mobile}@sms.example") -> SmtpNotifier:
    server = MailServer(name="127.0.0.1", port=port, tls=False)
    return SmtpNotifier(server, sender="heyi@office.example", recipient=recipient, timeout_s=2)


async def test_the_outbox_keeps_messages_for_staff_and_carries_no_codes() -> None:
    assert await OutboxNotifier().send(message()) is MessageState.WAITING
    assert not OutboxNotifier().carries_codes


@asynccontextmanager
async def mail_server(refusals: int = 0) -> AsyncIterator[tuple[int, list[str]]]:
    """Speak as much SMTP as a delivery needs (RFC 5321); refuse the first so many recipients."""
    mails: list[str] = []
    refused = iter(range(refusals))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        async for line in reader:
            word = line.strip().upper()[:4]
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            if word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            no = word == b"RCPT" and next(refused, None) is not None
            writer.write(b"550 no\r\n" if no else b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], mails


async def test_mail_goes_to_the_gateways_address_of_the_number() -> None:
    async with mail_server() as (port, mails):
        assert await smtp(port).send(message()) is MessageState.SENT
    mail = message_from_string(mails[0], policy=policy.default)
    assert mail["To"] == "19900000001@sms.example"
    body = mail.get_content()
    assert body.strip() == "请点开：https://heyi.example/j/token"


async def test_mail_that_is_refused_has_failed() -> None:
    async with mail_server(refusals=1) as (port, mails):
        assert await smtp(port).send(message()) is MessageState.FAILED
    assert mails == []


async def test_without_a_mail_server_the_message_has_failed() -> None:
    async with mail_server() as (port, _):
        pass
    assert await smtp(port).send(message()) is MessageState.FAILED


def test_a_mailbox_that_staff_read_carries_no_codes() -> None:
    assert smtp(25).carries_codes
    assert not smtp(25, recipient="office@example.org").carries_codes


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def gateway(answer: Answering) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/sms", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/sms"))


async def test_a_webhook_gets_the_whole_text_under_our_signature() -> None:
    taken: list[tuple[bytes, str]] = []

    async def answer(request: web.Request) -> web.Response:
        taken.append((await request.read(), request.headers["X-Heyi-Signature"]))
        return web.Response(status=202)

    async with gateway(answer) as url:
        notifier = WebhookNotifier(url=url, secret=SECRET)
        assert await notifier.send(message()) is MessageState.SENT
    ((body, signature),) = taken
    assert hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest() == signature
    assert json.loads(body) == {
        "id": "m1",
        "kind": "invitation",
        "mobile": "19900000001",
        "text": "请点开：https://heyi.example/j/token",
    }


@pytest.mark.parametrize("status", [302, 401, 500])
async def test_what_the_gateway_does_not_take_has_failed(status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with gateway(answer) as url:
        notifier = WebhookNotifier(url=url, secret=SECRET)
        assert await notifier.send(message()) is MessageState.FAILED


async def test_a_gateway_that_is_silent_has_failed() -> None:
    ending = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await ending.wait()
        return web.Response()

    async with gateway(answer) as url:
        notifier = WebhookNotifier(url=url, secret=SECRET, timeout_s=0.1)
        assert await notifier.send(message()) is MessageState.FAILED
        ending.set()


def program(folder: Path, source: str) -> str:
    path = folder / "send.py"
    path.write_text(source, "utf-8")
    return f"{sys.executable} {path}"


async def test_a_program_gets_the_message_on_its_input(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    source = (
        f"import pathlib, sys\npathlib.Path({str(kept)!r}).write_bytes(sys.stdin.buffer.read())"
    )
    notifier = CommandNotifier(command=program(tmp_path, source))
    assert await notifier.send(message()) is MessageState.SENT
    assert json.loads(kept.read_text("utf-8"))["mobile"] == "19900000001"


@pytest.mark.parametrize("source", ["raise SystemExit(3)", "import time; time.sleep(60)"])
async def test_a_program_that_fails_or_hangs_has_failed(tmp_path: Path, source: str) -> None:
    notifier = CommandNotifier(command=program(tmp_path, source), timeout_s=0.5)
    assert await notifier.send(message()) is MessageState.FAILED


async def test_a_program_that_is_not_there_has_failed() -> None:
    notifier = CommandNotifier(command="/nowhere/send")
    assert await notifier.send(message()) is MessageState.FAILED


async def test_no_failure_writes_number_text_or_link_into_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing: list[Notifier] = [
        CommandNotifier(command="/nowhere/send"),
        CommandNotifier(command=program(tmp_path, "raise SystemExit(3)")),
        WebhookNotifier(url="http://127.0.0.1:9/sms", secret=SECRET),
        smtp(9),
    ]
    for notifier in failing:
        assert await notifier.send(message()) is MessageState.FAILED
    assert len(caplog.records) == len(failing)
    assert "m1" in caplog.text
    assert not any(word in caplog.text for word in ("1990000", "请点开", "token", SECRET))


async def test_the_demonstration_hands_out_the_last_code_of_each_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    demo = DemoNotifier(OutboxNotifier())
    assert demo.carries_codes
    for code in ("135790", "246801"):
        sent = message(MessageKind.CODE, f"验证码 {code}，用于签署协议，5 分钟内有效。")
        assert await demo.send(sent) is MessageState.SENT
    assert demo.codes == {"p": "246801"}
    assert "246801" in capsys.readouterr().err
    assert await demo.send(message()) is MessageState.WAITING
