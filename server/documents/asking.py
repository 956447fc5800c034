"""Asks authorities outside, over HTTP, for what proves that their certificates hold."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import aiohttp
from asn1crypto import x509  # type: ignore[import-untyped]

from server.documents.ocsp_answers import answers_in, question
from server.documents.revocation import Proof, issuers_of
from server.documents.revocation_lists import read_list

log = logging.getLogger(__name__)

PATIENCE = aiohttp.ClientTimeout(total=10, connect=4)
LARGEST = 1 << 20
OK = 200
WEB = ("http://", "https://")
ASKS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class UnansweredError(Exception):
    """Nobody answered, or with something else than asked for; `facts` say what."""

    def __init__(self, **facts: object) -> None:
        """Keep the status of the answer, or the reason why there is none."""
        super().__init__(facts)
        self.facts = facts


async def proofs_of(certificates: Sequence[x509.Certificate], at: datetime) -> tuple[bytes, ...]:
    """Return what their authorities say of certificates now, as far as they answer: DER.

    An answer of OCSP where there is one that counts at `at`, else the list that they point at.
    """
    found = await asyncio.gather(*(_proof(one, certificates, at) for one in certificates))
    return tuple(one for one in found if one is not None)


def named_in(certificate: x509.Certificate) -> list[str]:
    """Return the addresses at which a certificate says that its authority is to be asked."""
    return [*_responders(certificate), *_places(certificate)]


async def _proof(
    one: x509.Certificate, beside: Sequence[x509.Certificate], at: datetime
) -> bytes | None:
    if one.issuer == one.subject or not named_in(one):
        return None
    issuers = issuers_of(one, beside)
    found = await _answer(one, issuers, at) or await _list(one, issuers, at)
    if found is None:
        log.warning(
            "nobody says whether %s is revoked; a later update asks again: %s",
            one.subject.human_friendly,
            ", ".join(named_in(one)),
        )
    return found


async def _answer(
    one: x509.Certificate, issuers: Sequence[x509.Certificate], at: datetime
) -> bytes | None:
    """Return the response that speaks of a certificate, whatever it says.

    Who is told that it is revoked, or that nobody knows it, does not look for better news.
    """
    for url in _responders(one) if issuers else ():
        try:
            content = await fetched("POST", url, question(one, issuers[0]), ASKS)
            speaks = any(_counts(answer, one, issuers, at) for answer in answers_in(content))
        except (UnansweredError, ValueError) as error:
            log.warning("no answer of OCSP at %s: %s", url, error)
            continue
        if speaks:
            return content
        log.warning("the answer of OCSP at %s is old, or about another certificate", url)
    return None


async def _list(
    one: x509.Certificate, issuers: Sequence[x509.Certificate], at: datetime
) -> bytes | None:
    """Return the list that speaks of a certificate, whatever it says, from the first who has it."""
    for url in _places(one):
        try:
            content = await fetched("GET", url)
            speaks = _counts(read_list(content), one, issuers, at)
        except (UnansweredError, ValueError) as error:
            log.warning("no list of the revoked at %s: %s", url, error)
            continue
        if speaks:
            return content
        log.warning("the list of the revoked at %s is old, or about other certificates", url)
    return None


def _counts(
    proof: Proof, one: x509.Certificate, issuers: Sequence[x509.Certificate], at: datetime
) -> bool:
    return proof.says(one, issuers) != "" and proof.ends >= at


def _responders(certificate: x509.Certificate) -> list[str]:
    return [url for url in certificate.ocsp_urls if url.startswith(WEB)]


def _places(certificate: x509.Certificate) -> list[str]:
    every = (point.url for point in certificate.crl_distribution_points)
    return [url for url in every if url is not None and url.startswith(WEB)]


async def fetched(
    method: str, url: str, content: bytes | None = None, head: dict[str, str] | None = None
) -> bytes:
    """Return the body of an answer, from that very address. Raises UnansweredError.

    It stands in certificates of others: who answers there leads this server nowhere else.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as session,
            session.request(
                method, url, data=content, headers=head, allow_redirects=False
            ) as answer,
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
