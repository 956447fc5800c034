"""While the mediator speaks with one side alone, nothing is written down."""

from dataclasses import replace

import pytest

from server.domain import minutes, spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.errors import WrongStateError
from server.domain.session import MinutesItem, MinutesMark
from tests.support.builders import NOW, a_session, facts, prepared

SAID = MinutesItem(id="1", at=NOW, speaker="陈水根", text="最少十万", mark=MinutesMark.STATEMENT)


@pytest.mark.parametrize(
    "write",
    [minutes.add(SAID), minutes.change(replace(SAID, text="九万"))],
    ids=["add", "change"],
)
def test_no_sentence_is_added_or_changed_in_a_caucus(write: Decision) -> None:
    written = minutes.add(SAID)(prepared(a_session()), facts()).session
    apart = spaces.go_caucus(Side.APPLICANT)(written, facts()).session
    with pytest.raises(WrongStateError) as refused:
        write(apart, facts())
    assert refused.value.facts == {"state": "caucus"}
    together = spaces.go_joint(apart, facts()).session
    assert write(together, facts()).session.minutes_version == written.minutes_version + 1
