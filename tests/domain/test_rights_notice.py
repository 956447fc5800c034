"""The rights notice is read to those who are there, block by block."""

import pytest

from server.domain import conduct, rights, spaces
from server.domain.case import Side
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import PersonId
from server.domain.jurisdiction.texts import text_version
from tests.support.builders import AGENT, BLOCKS, PACK, WORKER, a_session, facts


def test_a_block_is_heard_once_it_is_read() -> None:
    opened = conduct.open_session(a_session(), facts()).session
    with pytest.raises(WrongStateError):
        rights.hear_rights(PersonId(WORKER), 1)(opened, facts(WORKER))
    read = rights.read_rights(1)(opened, facts()).session
    heard = rights.hear_rights(PersonId(WORKER), 1)(read, facts(WORKER)).session
    assert [answer.block for answer in heard.rights_answers] == [1]


def test_the_warning_of_sham_mediation_is_read_out_last() -> None:
    opened = conduct.open_session(a_session(), facts()).session
    assert PACK.read_out[BLOCKS - 1] == PACK.notices.sham_mediation
    assert rights.read_rights(BLOCKS)(opened, facts()).session.rights_block == BLOCKS
    with pytest.raises(NotFoundError):
        rights.read_rights(BLOCKS + 1)(opened, facts())


def test_the_log_says_in_which_words_a_block_was_read() -> None:
    opened = conduct.open_session(a_session(), facts()).session
    (said,) = rights.read_rights(3)(opened, facts()).logged
    version = text_version(PACK.notices.rights_and_duties[2])
    assert dict(said.facts) == {"block": 3, "notice": "duties", "version": version}


def test_whoever_is_received_next_has_not_heard_what_was_read_before() -> None:
    opened = conduct.open_session(a_session(), facts()).session
    first = spaces.go_reception(Side.APPLICANT)(opened, facts()).session
    read = rights.read_rights(BLOCKS)(first, facts()).session
    second = spaces.go_reception(Side.RESPONDENT)(read, facts()).session
    with pytest.raises(WrongStateError):
        rights.hear_rights(PersonId(AGENT), BLOCKS)(second, facts(AGENT))
