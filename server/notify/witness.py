"""Shows the log's checkpoints to somebody elsewhere: by HTTP as they come, by mail one a day."""

import logging
from collections.abc import Mapping
from email.message import EmailMessage

import aiohttp
import aiosmtplib

from server.domain.checkpoint import Checkpoint
from server.notify.smtp import MailServer
from server.ports.system import Clock
from server.ports.witness import Answer, Proof

log = logging.getLogger(__name__)

TIMEOUT_S = 10
DAY_S = 24 * 3600
STAMP_WITHIN_S = 600
"""So long a mail waits for a checkpoint that has its time stamp; then one goes without."""
STAMP_TYPE, PROOF_TYPE = "application/vnd.etsi.timestamp-token", "application/json"
UNSTAMPED = "\n尚无时间戳，取得后另行寄送。 No time stamp yet: it follows.\n"
_TAKEN = range(200, 300)


class HttpWitness:
    """A Witness that gets a checkpoint as the body of a POST; no redirect is followed.

    The proof that it only added comes as another before it, its time stamp, the token alone, as
    one behind it: both name the checkpoint in a header.
    """

    def __init__(self, *, url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    @property
    def place(self) -> str:
        """Return the address."""
        return self._url

    async def show(
        self,
        checkpoint: Checkpoint,
        public_key: bytes,
        stamp: bytes | None = None,
        proof: Proof | None = None,
    ) -> Answer:
        """Post the checkpoint; who answers otherwise than 2xx did not take it."""
        del public_key  # he was given it by hand, or by whom he takes the checkpoints
        named = {"X-Heyi-Checkpoint": f"{checkpoint.origin} {checkpoint.head.size}"}
        posts = [(checkpoint.text.encode(), {"Content-Type": "text/plain; charset=utf-8"})]
        if proof is not None:
            posts.insert(0, (proof.content, {"Content-Type": PROOF_TYPE, **named}))
        if stamp is not None:
            posts.append((stamp, {"Content-Type": STAMP_TYPE, **named}))
        for body, headers in posts:
            if not await self._taken(body, headers):
                return Answer.REFUSED
        return Answer.TAKEN

    async def _taken(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as client,
                client.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status in _TAKEN
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            log.warning("checkpoint not shown: %s", type(failure).__name__)
            return False


class MailWitness:
    """A Witness that gets one mail a day at most, for a mailbox keeps what it was sent.

    When the last was sent is not stored: started again, the first new checkpoint is mailed.
    """

    def __init__(
        self,
        server: MailServer,
        clock: Clock,
        *,
        sender: str,
        recipient: str,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._server = server
        self._clock = clock
        self._sender, self._recipient = sender, recipient
        self._timeout_s = timeout_s
        self._sent_at: float | None = None
        self._waits_since: float | None = None
        self._unstamped = 0

    @property
    def place(self) -> str:
        """Return the mailbox."""
        return self._recipient

    async def show(
        self,
        checkpoint: Checkpoint,
        public_key: bytes,
        stamp: bytes | None = None,
        proof: Proof | None = None,
    ) -> Answer:
        """Send the mail, or LATER while a day has not passed since the last, or a stamp may come.

        A time stamp that a mail lacked follows it at once.
        """
        follows = stamp is not None and checkpoint.head.size == self._unstamped
        if not follows and not self._due(stamped=stamp is not None):
            return Answer.LATER
        try:
            await aiosmtplib.send(
                self._mail(checkpoint, public_key, stamp, proof),
                hostname=self._server.name,
                port=self._server.port,
                username=self._server.login or None,
                password=self._server.password or None,
                start_tls=self._server.tls,
                timeout=self._timeout_s,
            )
        except (aiosmtplib.SMTPException, OSError) as failure:
            log.warning("checkpoint not sent: %s", type(failure).__name__)
            return Answer.REFUSED
        self._sent_at, self._waits_since = self._clock.monotonic(), None
        self._unstamped = 0 if stamp else checkpoint.head.size
        return Answer.TAKEN

    def _due(self, *, stamped: bool) -> bool:
        now = self._clock.monotonic()
        if self._sent_at is not None and now - self._sent_at < DAY_S:
            return False
        if self._waits_since is None:
            self._waits_since = now
        return stamped or now - self._waits_since >= STAMP_WITHIN_S

    def _mail(
        self, checkpoint: Checkpoint, public_key: bytes, stamp: bytes | None, proof: Proof | None
    ) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = self._recipient
        mail["Subject"] = f"和议 {checkpoint.origin} {checkpoint.head.size}"
        unstamped = "" if stamp else UNSTAMPED
        mail.set_content(f"{checkpoint.text}\n{public_key.decode()}{unstamped}")
        size = checkpoint.head.size
        if proof:
            _attach(mail, proof.content, PROOF_TYPE, f"proof-{proof.first}-{size}.json")
        if stamp:
            _attach(mail, stamp, STAMP_TYPE, f"checkpoint-{size}.tst")
        return mail


def _attach(mail: EmailMessage, content: bytes, kind: str, name: str) -> None:
    main, _, sub = kind.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
