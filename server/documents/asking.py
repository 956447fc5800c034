"""Asks authorities outside, over HTTP, for what proves that their certificates hold."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
from asn1crypto import x509  # type: ignore[import-untyped]

from server.documents.revocation import read_list

log = logging.getLogger(__name__)

PATIENCE = aiohttp.ClientTimeout(total=10, connect=4)
LARGEST = 1 << 20
OK = 200
WEB = ("http://", "https://")


class UnansweredError(Exception):
    """Nobody answered, or with something else than asked for; `facts` say what."""

    def __init__(self, **facts: object) -> None:
        """Keep the status of the answer, or the reason why there is none."""
        super().__init__(facts)
        self.facts = facts


async def proofs_of(certificates: Sequence[x509.Certificate]) -> tuple[bytes, ...]:
    """Return the lists of the revoked (DER) that the certificates point at and that can be had."""
    lists = await asyncio.gather(*(_list(one) for one in certificates))
    return tuple(one for one in lists if one is not None)


def named_in(certificate: x509.Certificate) -> list[str]:
    """Return the addresses at which a certificate says that its list of the revoked lies."""
    every = (point.url for point in certificate.crl_distribution_points)
    return [url for url in every if url is not None and url.startswith(WEB)]


async def _list(certificate: x509.Certificate) -> bytes | None:
    for url in named_in(certificate):
        try:
            content = await fetched("GET", url)
            read_list(content)
        except (UnansweredError, ValueError):
            log.warning("no list of the revoked at %s; a later update asks again", url)
            continue
        return content
    return None


async def fetched(
    method: str, url: str, content: bytes | None = None, head: dict[str, str] | None = None
) -> bytes:
    """Return the body of an answer. Raises UnansweredError."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as session,
            session.request(method, url, data=content, headers=head) as answer,
        ):
            if answer.status != OK:
                raise UnansweredError(status=answer.status)
            return await _whole(answer.content)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnansweredError(reason="no_answer") from error


async def _whole(body: aiohttp.StreamReader) -> bytes:
    """Return all of it: one read gives no more than has come by then."""
    found = bytearray()
    async for piece in body.iter_any():
        found += piece
        if len(found) > LARGEST:
            raise UnansweredError(reason="too_large")
    return bytes(found)
