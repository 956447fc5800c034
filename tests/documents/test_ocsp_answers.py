"""Authorities that answer by OCSP, by lists, or by both: who is cleared, and who is not."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from asn1crypto import x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from server.documents.asking import UnansweredError, fetched, proofs_of
from server.documents.ocsp_answers import is_response
from server.documents.revocation import UnprovenError, expect_proven
from tests.documents.seal_authority import SHA1, UNKNOWN, SealAuthority, made_key, pem

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def authority() -> AsyncIterator[SealAuthority]:
    made = SealAuthority(NOW, speaks="ocsp")
    async with TestServer(made.site()) as server:
        made.url = str(server.make_url("/"))
        yield made


def chain(authority: SealAuthority) -> list[x509.Certificate]:
    """Return a new seal's certificate, its issuer and the root."""
    every = authority.certify(made_key()), authority.issuer, authority.root
    return [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in every]


async def proven(certificates: list[x509.Certificate]) -> tuple[bytes, ...]:
    """Ask, and return what clears the first. Raises UnprovenError."""
    found = await proofs_of(certificates, NOW)
    expect_proven(certificates[0], certificates[1:], found, NOW)
    return found


@pytest.mark.parametrize("how", ["itself", "delegate"])
async def test_an_answer_alone_clears_seal_and_issuer(authority: SealAuthority, how: str) -> None:
    authority.how = how
    found = await proven(chain(authority))
    assert [is_response(one) for one in found] == [True, True]
    assert sorted(authority.asked) == ["root by ocsp", "seals by ocsp"]


@pytest.mark.parametrize("how", ["impostor", "old", "another", "later", "unknown hash"])
async def test_an_answer_that_proves_nothing_signs_nothing(
    authority: SealAuthority, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    authority.how = how
    with pytest.raises(UnprovenError) as refused:
        await proven(chain(authority))
    assert refused.value.facts["reason"] == "no_list"
    assert "it is asked again with the next try" in caplog.text


async def test_while_nobody_answers_nothing_is_signed_and_then_it_is(
    authority: SealAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    certificates, authority.away = chain(authority), True
    with pytest.raises(UnprovenError):
        await proven(certificates)
    assert "503" in caplog.text
    authority.away = False
    assert len(await proven(certificates)) == 2


async def test_revoked_and_unknown_are_not_good(authority: SealAuthority) -> None:
    certificates = chain(authority)
    number = certificates[0].serial_number
    authority.unknown.add(number)
    with pytest.raises(UnprovenError) as refused:
        await proven(certificates)
    assert refused.value.facts["reason"] == "no_list"
    authority.revoked.add(number)
    authority.unknown.clear()
    with pytest.raises(UnprovenError) as refused:
        await proven(certificates)
    assert refused.value.facts["reason"] == "revoked"
    assert "another house" not in str(refused.value.facts["certificate"])


@pytest.mark.parametrize("how", ["later", "old", "another", "impostor", "unknown hash"])
async def test_where_ocsp_proves_nothing_the_list_does(authority: SealAuthority, how: str) -> None:
    authority.speaks, authority.how = "both", how
    found = await proven(chain(authority))
    assert not any(is_response(one) for one in found)


async def test_a_list_that_has_ended_or_speaks_of_others_is_no_answer(
    authority: SealAuthority,
) -> None:
    authority.speaks, authority.before = "lists", ("old",)
    await proven(chain(authority))
    assert sorted(authority.asked) == ["old", "old", "root", "seals"]


async def test_an_answer_that_names_no_hash_known_here_is_about_nobody(
    authority: SealAuthority,
) -> None:
    certificates = chain(authority)
    (good, _) = await proven(certificates)
    strange = good.replace(SHA1, UNKNOWN)
    assert strange != good
    with pytest.raises(UnprovenError) as refused:
        expect_proven(certificates[0], certificates[1:], (strange,), NOW)
    assert refused.value.facts["reason"] == "no_list"


async def test_who_is_asked_leads_nowhere_else() -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/inside")

    site = web.Application()
    site.router.add_get("/{path}", answer)
    async with TestServer(site) as server:
        with pytest.raises(UnansweredError) as refused:
            await fetched("GET", str(server.make_url("/list")))
    assert refused.value.facts == {"status": 302}
    assert asked == ["/list"]


async def test_who_is_told_it_is_unknown_looks_for_no_better_news(
    authority: SealAuthority,
) -> None:
    authority.speaks = "both"
    certificates = chain(authority)
    authority.unknown.add(certificates[0].serial_number)
    with pytest.raises(UnprovenError):
        await proven(certificates)
    assert "seals" not in authority.asked


async def test_an_authority_with_lists_alone_is_not_asked_otherwise(
    authority: SealAuthority,
) -> None:
    authority.speaks = "lists"
    assert len(await proven(chain(authority))) == 2
    assert sorted(authority.asked) == ["root", "seals"]


@pytest.mark.parametrize("status", ["V", "R", ""])
async def test_openssl_answers_as_a_responder_of_its_own(tmp_path: Path, status: str) -> None:
    authority = SealAuthority(NOW, speaks="ocsp")
    site = web.Application()
    site.router.add_post("/{which}.ocsp", partial(openssl, folder=tmp_path))
    async with TestServer(site) as server:
        authority.url = str(server.make_url("/"))
        certificates = chain(authority)
        prepare(authority, tmp_path, certificates, status)
        if status == "V":
            assert len(await proven(certificates)) == 2
            return
        with pytest.raises(UnprovenError) as refused:
            await proven(certificates)
        assert refused.value.facts["reason"] == ("revoked" if status else "no_list")


def prepare(
    authority: SealAuthority, folder: Path, certificates: list[x509.Certificate], status: str
) -> None:
    """Write what `openssl ocsp` knows of both houses."""
    houses = {"root": (authority.root, authority.root_key)}
    houses["seals"] = authority.issuer, authority.issuer_key
    for which, (issuer, key) in houses.items():
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{which}.pem").write_bytes(pem(issuer))
        (folder / f"{which}.key").write_bytes(plain)
    for which, one, said in (("root", 1, "V"), ("seals", 0, status)):
        number = f"{certificates[one].serial_number:X}"
        number = number if len(number) % 2 == 0 else f"0{number}"
        ended = "261101000000Z" if said == "R" else ""
        line = f"{said}\t301231235959Z\t{ended}\t{number}\tunknown\t/CN=one\n" if said else ""
        (folder / f"{which}.txt").write_text(line)


async def openssl(request: web.Request, folder: Path) -> web.Response:
    """Answer as `openssl ocsp` does."""
    which = request.match_info["which"]
    assert re.fullmatch("root|seals", which)
    (folder / f"{which}.req").write_bytes(await request.read())
    words = f"-index {which}.txt -CA {which}.pem -rsigner {which}.pem -rkey {which}.key -ndays 1"
    words += f" -reqin {which}.req -respout {which}.resp"
    done = ["openssl", "ocsp", *words.split()]
    await asyncio.to_thread(subprocess.run, done, cwd=folder, check=True, capture_output=True)
    body = (folder / f"{which}.resp").read_bytes()
    return web.Response(body=body, content_type="application/ocsp-response")
