"""Identifiers are version 7, grow, and secrets have the size they promise."""

import re
import uuid

import pytest

from server.ports.system import Ids
from server.system import SystemIds
from tests.support.ids import SeededIds


@pytest.fixture(params=["system", "seeded"])
def ids(request: pytest.FixtureRequest) -> Ids:
    return SystemIds() if request.param == "system" else SeededIds()


def test_an_identifier_is_a_version_7_uuid(ids: Ids) -> None:
    made = uuid.UUID(ids.new())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_ten_thousand_identifiers_grow_and_never_repeat(ids: Ids) -> None:
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {32}


def test_secrets_have_their_size(ids: Ids) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", ids.token())
    assert re.fullmatch(r"\d{6}", ids.digits(6))
    assert len(ids.bytes(12)) == 12


def test_identifiers_hold_the_time_they_were_made_at() -> None:
    milliseconds = int(SeededIds().new()[:12], 16)
    assert milliseconds == 1_741_568_400_000


def test_the_same_seed_gives_the_same_story() -> None:
    one, other = SeededIds(7), SeededIds(7)
    assert [one.new(), one.token(), one.bytes(4)] == [other.new(), other.token(), other.bytes(4)]
