"""Every value comes back equal, whatever stands in it, and old bodies stay readable."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from server.domain.agreement import Agreement, Refusal
from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.errors import UnreadableError
from server.domain.ids import AgreementId, PersonId, SessionId
from server.domain.invitation import Invitation
from server.domain.register import RecordOpening, RegisterEntry
from server.domain.session import Session
from server.domain.staff import Staff
from server.ports.files import StoredFile
from server.ports.notify import Message
from server.ports.store import CalendarYear
from server.store.agreement import CODEC
from server.store.case import CODEC as CASES
from server.store.codec import Codec
from tests.store import examples

KINDS: list[type] = [
    Agreement,
    CalendarYear,
    Case,
    Committee,
    Invitation,
    Message,
    RecordOpening,
    RegisterEntry,
    Session,
    Staff,
    StoredFile,
]

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(st.data())
def test_every_value_comes_back_equal(kind: type, drawn: st.DataObject) -> None:
    value = drawn.draw(st.from_type(kind))
    codec: Codec[object] = Codec(kind)
    again = codec.decode(codec.encode(value))
    assert again == value
    assert type(again) is kind


def test_a_body_without_a_newer_field_takes_its_default() -> None:
    body = b'{"id": "c-1", "name": "n", "short_name": "s", "number_prefix": "p"}'
    assert Codec(Committee).decode(body) == Committee(
        id=examples.COMMITTEE, name="n", short_name="s", number_prefix="p"
    )


def test_the_one_refusal_that_was_kept_before_is_read() -> None:
    now = Agreement(
        id=AgreementId("a"),
        case_id=examples.CASE,
        committee_id=examples.COMMITTEE,
        session_id=SessionId("s"),
    )
    body = json.loads(Codec(Agreement).encode(now))
    del body["refusals"]
    said = json.dumps(body | {"refused_by": "chen", "refusal": "再想想"}).encode()
    none = json.dumps(body | {"refused_by": None, "refusal": ""}).encode()
    assert CODEC.decode(said) == replace(now, refusals=(Refusal(PersonId("chen"), "再想想"),))
    assert CODEC.decode(none) == now


@pytest.mark.parametrize(("ticked", "answer"), [(True, True), (False, None)])
def test_a_tick_that_nobody_set_was_no_answer(*, ticked: bool, answer: bool | None) -> None:
    now = replace(examples.case(), touches_status=False)
    assert CASES.decode(CASES.encode(now)) == now
    body = json.loads(CASES.encode(now))
    del body["touches_status"]
    earlier = json.dumps(body | {"personal_status": ticked}).encode()
    assert CASES.decode(earlier) == replace(now, touches_status=answer)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": 1}', b"\xff", b"null"])
def test_a_body_of_another_shape_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        Codec(Case).decode(body)
    assert refused.value.facts["kind"] == "Case"
    assert refused.value.__cause__ is None
