"""An attestation is read back to the very bytes that were signed, with SM3 of more or without."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.domain.attested import (
    RELEASE_SEAL,
    AttestedStatement,
    attested_bytes,
    read_attested,
)
from server.domain.canonical import canonical_json
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json

SAID = AttestedStatement(
    purpose=RELEASE_SEAL,
    attester_id="su",
    attester_name="苏慧珍",
    case_id="c",
    agreement_id="a",
    text_version=1,
    agreement_sha256="11",
    agreement_sm3=None,
    pdf_sha256="22",
    key_sha256="33",
    declaration="如实。",
    signers=(),
    saw={},
    at=datetime(2025, 3, 14, tzinfo=UTC),
    nonce="n",
)
BEFORE = (
    '{"agreement_id":"a","agreement_sha256":"11","agreement_sm3":null,"at":"2025-03-14T00:00:00.000Z",'
    '"attester_id":"su","attester_name":"苏慧珍","case_id":"c","declaration":"如实。",'
    '"key_control":"server","key_sha256":"33","nonce":"n","pdf_sha256":"22",'
    '"purpose":"release_seal","saw":{},"signers":[],"text_version":1,"v":1}'
).encode()


def test_one_of_before_has_the_bytes_that_it_had() -> None:
    assert attested_bytes(SAID) == BEFORE
    assert read_attested(BEFORE) == SAID


def test_one_with_sm3_is_read_back_to_the_same_bytes() -> None:
    said = replace(SAID, agreement_sm3="44", pdf_sm3="55", key_sm3="66")
    exact = attested_bytes(said)
    assert read_attested(exact) == said
    found = read_json(exact)
    assert (found["pdf_sm3"], found["key_sm3"]) == ("55", "66")


@pytest.mark.parametrize("name", ["pdf_sm3", "key_sm3"])
def test_null_is_no_way_to_write_that_there_is_none(name: str) -> None:
    with pytest.raises(InvalidValueError):
        read_attested(canonical_json({**read_json(BEFORE), name: None}))
