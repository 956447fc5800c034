"""A stamp that would not verify is never taken: what is sealed with it is locked for decades."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import cms, tsp  # type: ignore[import-untyped]

from server.documents.certificates import Role, issuer as issuer_of_all
from server.documents.issuer import lasting
from server.documents.key_files import FileKeys
from server.documents.sources import sources_of
from server.documents.timestamps import (
    CLOCKS_APART,
    WORDS,
    Expected,
    LocalTimestamps,
    UnsoundStampError,
    _Local,
)
from server.domain.ids import CommitteeId
from tests.documents.example import LOCKED_AT

HEXI = CommitteeId("hexi")
DIGEST = sha256(b"a list").digest()
LATER = timedelta(days=35 * 366)


class Bent(_Local):
    """The local authority with another key than its certificate is for."""

    def _signer(self, stamp: bytes) -> cms.SignerInfo:
        made = super()._signer(stamp)
        made["signature"] = self._keys.sign(self._key, b"something else")
        return made


class Bare(_Local):
    """One that leaves its certificate out."""

    def _token(self, req: tsp.TimeStampReq) -> cms.ContentInfo:
        made = super()._token(req)
        made["content"]["certificates"] = []
        return made


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys(tmp_path_factory.mktemp("keys"), b"an authority")


STAMPS = Role("stamps-hexi", "TIME-STAMPS", stamps=True)
Make = Callable[[FileKeys], _Local]


def at(minutes: float, keys: FileKeys) -> _Local:
    """Return the authority with its clock ahead of ours."""
    ahead = LocalTimestamps(keys).stamper(HEXI, LOCKED_AT + timedelta(minutes=minutes))
    assert isinstance(ahead, _Local)
    ahead._expected = Expected(at=LOCKED_AT)
    return ahead


def bent(kind: type[_Local], role: Role, keys: FileKeys) -> _Local:
    return kind(keys, role.key, lasting(keys, HEXI, role, LOCKED_AT), LOCKED_AT)


def ended(keys: FileKeys) -> _Local:
    late = bent(_Local, STAMPS, keys)
    late._at = LOCKED_AT + LATER
    late._expected = Expected(at=late._at)
    return late


def below(named: CommitteeId, keys: FileKeys) -> _Local:
    """Return the authority, expected below the root of a committee."""
    stamper = bent(_Local, STAMPS, keys)
    root = issuer_of_all(keys, named, LOCKED_AT)
    stamper._expected = replace(stamper._expected, roots=(root,))
    return stamper


UNSOUND: dict[str, Make] = {
    "not_a_token": lambda keys: bent(Bare, STAMPS, keys),
    "signature": lambda keys: bent(Bent, STAMPS, keys),
    "purpose": lambda keys: bent(_Local, Role("other-hexi", "SEAL"), keys),
    "expired": ended,
    "root": lambda keys: below(CommitteeId("others"), keys),
    "clock": lambda keys: at(CLOCKS_APART.total_seconds() / 60 + 0.1, keys),
}
SOUND: dict[str, Make] = {
    "a clock that is ahead": lambda keys: at(9.9, keys),
    "a clock that is behind": lambda keys: at(-9.9, keys),
    "the root that is named": lambda keys: below(HEXI, keys),
}


def test_every_fault_has_its_words() -> None:
    # Whether it is revoked is known only afterwards, and what is too large belongs to no clock.
    assert {*UNSOUND, "revoked", "size"} == set(WORDS)


@pytest.mark.parametrize("reason", UNSOUND)
def test_what_would_not_verify_is_refused_and_the_log_says_why(
    reason: str, keys: FileKeys, caplog: pytest.LogCaptureFixture
) -> None:
    stamper = UNSOUND[reason](keys)
    with caplog.at_level(logging.ERROR), pytest.raises(UnsoundStampError) as refused:
        asyncio.run(stamper.async_timestamp(DIGEST, "sha256"))
    assert refused.value.facts == {"reason": reason}
    assert WORDS[reason] in caplog.text


@pytest.mark.parametrize("name", SOUND)
def test_what_verifies_is_taken(name: str, keys: FileKeys) -> None:
    made = asyncio.run(SOUND[name](keys).async_timestamp(DIGEST, "sha256"))
    assert made["content_type"].native == "signed_data"


def test_the_roots_that_the_settings_name_are_asked_for(keys: FileKeys, tmp_path: Path) -> None:
    root = issuer_of_all(keys, HEXI, LOCKED_AT)
    named = tmp_path / "roots.pem"
    named.write_bytes(root)
    stamps = sources_of(keys, "", "http://127.0.0.1:9/", named).stamps
    expected = stamps.stamper(HEXI, LOCKED_AT)._expected
    assert (expected.at, [one.strip() for one in expected.roots]) == (LOCKED_AT, [root.strip()])
