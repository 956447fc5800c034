"""Sends messages by e-mail (RFC 5321), mostly to a gateway that makes SMS of them."""

import logging
from dataclasses import dataclass, field
from email.message import EmailMessage

import aiosmtplib

from server.ports.notify import Message, MessageState

log = logging.getLogger(__name__)

PLACE = "{mobile}"
TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. Without a login none is given; `tls` off is for loopback alone."""

    name: str
    port: int = 587
    login: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True


class SmtpNotifier:
    """One mail for one message.

    `recipient` is an address in which `{mobile}` stands for the telephone number. Without
    it every mail goes to one office's mailbox, so no code may travel that way. STARTTLS is
    always used, except on a server that says `tls=False`.
    """

    def __init__(
        self, server: MailServer, *, sender: str, recipient: str, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._server = server
        self._sender, self._recipient = sender, recipient
        self._timeout_s = timeout_s

    @property
    def carries_codes(self) -> bool:
        """Whether the mail reaches the person himself."""
        return PLACE in self._recipient

    async def send(self, message: Message) -> MessageState:
        """Hand the mail to the server; FAILED when it does not take it in time."""
        try:
            await aiosmtplib.send(
                self._mail(message),
                hostname=self._server.name,
                port=self._server.port,
                username=self._server.login or None,
                password=self._server.password or None,
                start_tls=self._server.tls,
                timeout=self._timeout_s,
            )
        except (aiosmtplib.SMTPException, OSError) as failure:
            log.warning("message %s: not sent: %s", message.id, type(failure).__name__)
            return MessageState.FAILED
        return MessageState.SENT

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = self._recipient.replace(PLACE, _dialled(message.mobile))
        mail["Subject"] = "和议"
        mail["Message-ID"] = f"<{message.id}@heyi>"
        mail.set_content(message.text + message.link)
        return mail


def _dialled(mobile: str) -> str:
    """Return the number's digits, so that nothing else can enter an address."""
    return "".join(sign for sign in mobile if sign.isdigit() and sign.isascii())
