"""What the body of an entry says of its place, read without its JSON."""

import json

from hypothesis import given, strategies as st

from server.domain.ids import CaseId
from server.domain.session_log import Fact, Happening, chain, says_place
from tests.support.clock import START

ids = st.text("abc0123456789-", min_size=1, max_size=8).map(CaseId)
words = st.text(min_size=1) | st.sampled_from(['","case":"a","facts":{', ',"seq":2,"v":1}', "case"])
facts = st.dictionaries(words, words | st.integers() | st.booleans() | st.none(), max_size=3)


def body_of(case: CaseId, seq: int, said: dict[str, Fact], word: str) -> str:
    """Return the body of a case's entry of this number."""
    happening = Happening(kind=word, actor=word, facts=tuple(said.items()))
    before = chain(case, None, happening, START)._replace(seq=seq - 1)
    return chain(case, before, happening, START).body


@given(
    case=ids, seq=st.integers(1, 99), said=facts, word=words, other=ids, number=st.integers(1, 99)
)
def test_a_body_says_its_own_place_and_no_other(
    case: CaseId, seq: int, said: dict[str, Fact], word: str, other: CaseId, number: int
) -> None:
    body = body_of(case, seq, said, word)
    read = json.loads(body)
    assert says_place(body, case, seq)
    assert says_place(body, other, number) == ((other, number) == (read["case"], read["seq"]))


@given(case=ids, seq=st.integers(1, 99), more=st.text(min_size=1))
def test_a_body_with_more_behind_it_says_nothing(case: CaseId, seq: int, more: str) -> None:
    assert not says_place(body_of(case, seq, {}, "step") + more, case, seq)
