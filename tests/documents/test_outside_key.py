"""Which seals of an authority are taken, and what is said of those that are not."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from server.documents import outside_key
from server.documents.key_files import FileKeys, KeyUnreadableError, spki
from server.documents.keys import NoSeal, SealRefusedError
from server.documents.outside_key import OutsideKey, keep_outside, read_seal
from server.documents.seal_words import SAID, say
from server.documents.seals import outside_seal
from server.domain.ids import CommitteeId
from tests.documents.seal_authority import PASSWORD, SIGNS, SealAuthority, made_key, pem

NOW = datetime.now(UTC).replace(microsecond=0)
HEXI = CommitteeId("hexi")


@pytest.fixture
async def authority() -> AsyncIterator[SealAuthority]:
    made = SealAuthority(NOW)
    async with TestServer(made.site()) as server:
        made.url = str(server.make_url("/"))
        yield made


async def taken(
    authority: SealAuthority,
    content: bytes,
    password: str = PASSWORD,
    beside: tuple[bytes, ...] = (),
    **more: Any,
) -> OutsideKey:
    """Return the seal in a PKCS#12."""
    roots, at = more.get("roots", [pem(authority.root)]), more.get("at", NOW)
    return await asyncio.to_thread(read_seal, content, password, beside, roots, at)


async def refusal(authority: SealAuthority, content: bytes, **more: Any) -> SealRefusedError:
    """Return why it is not taken; in both languages there are words for that."""
    with pytest.raises(SealRefusedError) as refused:
        await taken(authority, content, **more)
    chinese, english = say(refused.value)
    assert chinese != english
    assert "{" not in chinese + english
    return refused.value


async def test_it_is_kept_closed_and_private_with_its_chain(
    authority: SealAuthority, tmp_path: Path
) -> None:
    key = made_key()
    certificate = authority.certify(key)
    keys = FileKeys(tmp_path, b"master")
    keep_outside(keys, HEXI, await taken(authority, authority.pfx(key, certificate)))
    found = outside_seal(keys, HEXI)
    assert found is not None
    assert found.issued.certificate == pem(certificate)
    assert found.issued.chain == (pem(authority.issuer), pem(authority.root))
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12((tmp_path / f"{found.key}.key").read_bytes(), PASSWORD.encode())
    assert keys.public(found.key) == spki(key)
    (tmp_path / f"{found.key}.key").unlink()
    with pytest.raises(KeyUnreadableError):
        keys.sign(found.key, b"")  # no new key takes the place of one that was certified


async def test_the_same_certificate_with_another_chain_seals_with_that(
    authority: SealAuthority, tmp_path: Path
) -> None:
    key, keys = made_key(), FileKeys(tmp_path, b"master")
    first = await taken(authority, authority.pfx(key, authority.certify(key)))
    again = replace(first, chain=(pem(authority.issuer), pem(SealAuthority(NOW).root)))
    for one in (first, again):
        keep_outside(keys, HEXI, one)
        found = outside_seal(keys, HEXI)
        assert found is not None
        assert found.issued.chain == one.chain


@pytest.mark.parametrize(
    "how",
    [
        [],
        ["-legacy"],
        ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    ],
    ids=["aes", "rc2", "3des"],
)
async def test_files_of_openssl_and_windows_open_whatever_they_are_encrypted_with(
    authority: SealAuthority, tmp_path: Path, how: list[str]
) -> None:
    key = made_key()
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "all.pem").write_bytes(plain + pem(authority.certify(key)))
    words = ["-in", "all.pem", "-out", "seal.pfx", "-passout", "pass:secret"]
    done = ["openssl", "pkcs12", "-export", *how, *words]
    await asyncio.to_thread(subprocess.run, done, cwd=tmp_path, check=True)
    content = (tmp_path / "seal.pfx").read_bytes()
    beside = (pem(authority.issuer),)
    assert (await taken(authority, content, "secret", beside)).key.public == spki(key)
    assert (await refusal(authority, content, password="wrong", beside=beside)).reason == "password"


async def test_what_is_wrong_with_a_file_is_said(authority: SealAuthority) -> None:
    key, other = made_key(), made_key()
    good = authority.certify(key)
    with pytest.raises(SealRefusedError) as refused:
        outside_key.fitting(other, good)
    assert refused.value.reason == "other_key"
    certified = pkcs12.serialize_key_and_certificates(None, None, good, None, NoEncryption())
    assert (await refusal(authority, certified, password="")).reason == "no_key"
    bare = pkcs12.serialize_key_and_certificates(None, other, None, [good], NoEncryption())
    assert (await refusal(authority, bare, password="")).reason == "no_certificate"
    assert (await refusal(authority, b"no file")).reason == "not_pkcs12"
    assert (await refusal(authority, authority.pfx(key, good)[:200])).reason == "not_pkcs12"
    alone = authority.pfx(key, good, chain=False)
    missing = await refusal(authority, alone)
    assert (missing.reason, missing.facts["issuer"]) == ("chain", "CN=Seals of another house,C=CN")
    found = await taken(authority, alone, beside=(pem(authority.issuer),))
    assert found.chain == (pem(authority.issuer), pem(authority.root))
    stranger = [pem(SealAuthority(NOW).root)]
    assert (await refusal(authority, authority.pfx(key, good), roots=stranger)).reason == "chain"


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA-2048"),
        (ec.generate_private_key(ec.SECP384R1()), "secp384r1"),
    ],
    ids=["rsa", "p384"],
)
async def test_another_kind_of_key_is_named_and_what_is_needed(
    authority: SealAuthority, key: Any, found: str
) -> None:
    refused = await refusal(authority, authority.pfx(key, authority.certify(key)))
    assert (refused.reason, refused.facts["found"]) == ("key_type", found)
    assert "P-256" in say(refused)[0]


async def test_a_file_with_a_key_of_sm2_is_refused_as_such(
    authority: SealAuthority, tmp_path: Path
) -> None:
    made = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out key.pem"
    named = "req -x509 -new -key key.pem -sm3 -days 9 -subj /CN=seal -out seal.pem"
    packed = "pkcs12 -export -inkey key.pem -in seal.pem -passout pass:secret -out seal.pfx"
    for words in (made, named, packed):
        done = ["openssl", *words.split()]
        await asyncio.to_thread(subprocess.run, done, cwd=tmp_path, check=True)
    content = (tmp_path / "seal.pfx").read_bytes()
    refused = await refusal(authority, content, password="secret")
    assert refused.reason == "key_type"
    assert "P-256" in say(refused)[1]


async def test_days_and_purposes_have_to_fit(authority: SealAuthority) -> None:
    key = made_key()
    begin = NOW - timedelta(days=400)
    old = authority.certify(key, begin=begin, days=100)
    assert (await refusal(authority, authority.pfx(key, old))).reason == "validity"
    early = authority.certify(key, begin=NOW + timedelta(days=1))
    assert (await refusal(authority, authority.pfx(key, early))).reason == "validity"
    issuing = {**SIGNS, "key_cert_sign": True}
    for uses in ({"key_encipherment": True}, {"digital_signature": True}, issuing):
        made = authority.certify(key, uses=uses)
        assert (await refusal(authority, authority.pfx(key, made))).reason == "usage"


async def test_it_has_to_be_provable(authority: SealAuthority) -> None:
    key = made_key()
    silent = authority.certify(key, points=False)
    assert (await refusal(authority, authority.pfx(key, silent))).reason == "no_address"
    good = authority.certify(key)
    authority.away = True
    assert (await refusal(authority, authority.pfx(key, good))).reason == "unproven"
    authority.away = False
    authority.revoked.add(good.serial_number)
    assert (await refusal(authority, authority.pfx(key, good))).reason == "unproven"


def test_every_reason_has_words_in_two_languages() -> None:
    assert set(SAID) == set(get_args(NoSeal))
    for chinese, english in SAID.values():
        assert any("一" <= one <= "鿿" for one in chinese)
        assert english.isascii()
