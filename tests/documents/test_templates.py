"""What a template is given reaches it as it is, and what it drew before leaves no trace."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

import pytest
from hypothesis import example as such, given, settings, strategies as st

from server.documents.attachments import attachment
from server.documents.fonts import FontFolders
from server.documents.templates import archival
from server.documents.typesetting import typeset
from server.documents.wording import printed
from tests.documents.example import LOCKED_AT, another, example

WORDS = {**asdict(printed(example())), "together": True}


SPECIAL = st.sampled_from("\\\"'#$()[]{}/*\n\r\u2028u0")  # in a string, in JSON or in Typst


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8") | SPECIAL, min_size=1, max_size=80))
@such('"))) #pagebreak()')
@such('\\"))) #pagebreak()')
@such("\\u{41} \\n \\\\ \x00\x1f\x7f")
def test_whatever_is_said_reaches_the_template_as_it_is(fonts: FontFolders, said: str) -> None:
    pdf = archival("agreement", {"words": WORDS, "scan": "", "agreement": said}, LOCKED_AT, fonts)
    assert attachment(pdf, "agreement.json") == said.encode()


def test_an_agreement_is_drawn_after_others_as_where_it_is_the_first(fonts: FontFolders) -> None:
    for number in range(3):
        typeset(another(number), fonts)
    later = typeset(another(3), fonts)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        assert fresh.submit(typeset, another(3), fonts).result() == later


def test_a_template_that_is_not_there_is_said_by_name(fonts: FontFolders) -> None:
    with pytest.raises(RuntimeError, match=r"nowhere\.typ"):
        archival("nowhere", {}, LOCKED_AT, fonts)
