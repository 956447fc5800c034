"""Of the handwriting a phone says where the pen went: never when, nor how hard."""

import pytest
from pydantic import ValidationError

from server.api.schemas.signing import SignAsk

PLACES = [
    "[]",
    "[[[10,20]]]",
    "[[[10,20],[30.5,4.25]],[[-0.5,0],[1023.99,9999]]]",
    "[" + ",".join(["[[100.25,60.75]]"] * 20_000) + "]",
]
MORE = [
    '[{"time":1741921200000,"x":1,"y":2}]',
    '[{"points":[{"x":1,"y":2,"pressure":0.5,"time":1741921200000}]}]',
    "[[[10,20,0]]]",
    "[[[10,20,0.5,1741921200000]]]",
    "[[[1741921200000,20]]]",
    "[[[10,20.123]]]",
    "[[[10,20]]]\n[[[10,20]]]",
    "[[[10,20][30,40]]]",
    "[[]]",
    "1741921200000",
    "",
]


def given(strokes: str) -> SignAsk:
    return SignAsk(statement_id="s", signature="", handwriting_png="", strokes=strokes)


@pytest.mark.parametrize("strokes", PLACES, ids=len)
def test_places_are_taken_as_they_are(strokes: str) -> None:
    assert given(strokes).strokes == strokes


@pytest.mark.parametrize("strokes", MORE)
def test_times_and_pressure_are_refused_and_whatever_is_no_place(strokes: str) -> None:
    with pytest.raises(ValidationError):
        given(strokes)
