"""Posts messages as JSON to a gateway, signed so that it knows who asks.

`X-Heyi-Signature` is the hexadecimal HMAC-SHA-256 of the exact body under a shared key
(RFC 2104); `X-Heyi-Message` names the message, so that a repeated one is sent once.
"""

import hashlib
import hmac
import json
import logging

import aiohttp

from server.ports.notify import Message, MessageState

log = logging.getLogger(__name__)

TIMEOUT_S = 10
_TAKEN = range(200, 300)


class WebhookNotifier:
    """One POST for one message; no redirect is followed."""

    def __init__(self, *, url: str, secret: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._secret = secret.encode()
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    @property
    def carries_codes(self) -> bool:
        """The gateway hands the text to the person's own telephone."""
        return True

    async def send(self, message: Message) -> MessageState:
        """Post the message; FAILED unless the gateway answers 2xx in time."""
        body = body_of(message)
        headers = {
            "Content-Type": "application/json",
            "X-Heyi-Message": message.id,
            "X-Heyi-Signature": hmac.new(self._secret, body, hashlib.sha256).hexdigest(),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as client,
                client.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return self._judge(message, answer.status)
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            log.warning("message %s: not sent: %s", message.id, type(failure).__name__)
            return MessageState.FAILED

    def _judge(self, message: Message, status: int) -> MessageState:
        if status in _TAKEN:
            return MessageState.SENT
        log.warning("message %s: the gateway answered %d", message.id, status)
        return MessageState.FAILED


def body_of(message: Message) -> bytes:
    """Return the JSON a gateway gets: id, kind, mobile, and the whole text to send."""
    told = {
        "id": message.id,
        "kind": message.kind.value,
        "mobile": message.mobile,
        "text": message.text + message.link,
    }
    return json.dumps(told, ensure_ascii=False).encode()
