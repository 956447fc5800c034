from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given, strategies as st

from server.domain.agreement_document import canonical_bytes, digest
from server.domain.canonical import GREATEST, canonical_json
from server.domain.errors import InvalidValueError
from tests.documents.example import example

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
SCALARS = st.none() | st.booleans() | st.integers(-GREATEST, GREATEST) | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20
)


@given(VALUES)
def test_canonical_json_equals_rfc_8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, {"金额": 1}, {1: "a"}, 2**53, b"bytes", "\ud800"])
def test_what_the_profile_leaves_out_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        canonical_json({"field": value})


def test_the_digest_depends_on_every_fen_and_every_name() -> None:
    digests = {
        digest(example()),
        digest(example(name="陈水恨")),
        digest(example(first_fen=5_000_001)),
        digest(replace(example(), text_version=4)),
    }
    assert len(digests) == 4


def test_equal_agreements_have_equal_bytes() -> None:
    assert canonical_bytes(example()) == canonical_bytes(example())
    assert digest(example()) == digest(example())


def test_moments_are_utc_and_money_is_whole_fen() -> None:
    text = canonical_bytes(example()).decode()
    assert '"locked_at":"2025-03-14T03:35:00.000Z"' in text
    assert '"amount_fen":5000000' in text
