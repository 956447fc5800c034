"""What somebody typed never reaches the log: only codes that the pack knows do."""

from dataclasses import replace

import pytest

from server.domain import conduct
from server.domain.conduct import Decision
from server.domain.errors import InvalidValueError, MissingStepsError
from server.domain.jurisdiction.packs import pack_of
from server.domain.session import IdentityCheck
from tests.support.builders import MEDIATOR, NOW, PACK, WORKER, a_session, facts, prepared

NUMBER = "512099199001013018"


def seen(document: str) -> Decision:
    check = IdentityCheck(
        person_id=WORKER,
        document=document,
        number_masked="512099********3018",
        matches=True,
        by=MEDIATOR,
        at=NOW,
    )
    return conduct.check_identity(check)


def logged(decision: Decision, field: str) -> object:
    (what,) = decision(prepared(a_session()), facts()).logged
    return dict(what.facts)[field]


@pytest.mark.parametrize(
    "typed",
    [NUMBER, "陈水根", "", "resident_identity_card "],
    ids=["number", "name", "nothing", "a blank after"],
)
def test_a_document_is_one_of_the_pack(typed: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        seen(typed)(prepared(a_session()), facts())
    assert refused.value.facts == {"field": "document", "reason": "unknown_code"}


@pytest.mark.parametrize("outcome", ["agreed", "partly_agreed", "not_agreed"])
@pytest.mark.parametrize(
    "typed", [NUMBER, "陈水根", "too_far_apart "], ids=["number", "name", "a blank after"]
)
def test_a_reason_to_end_is_one_of_the_pack(outcome: str, typed: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        conduct.close(outcome, typed, "双方都要回去想想")(prepared(a_session()), facts())
    assert refused.value.facts == {"field": "end_reason", "reason": "unknown_code"}


def test_every_code_of_the_pack_is_logged_as_it_is() -> None:
    for document in PACK.identity_documents:
        assert logged(seen(document.code), "document") == document.code
    for reason in PACK.end_reasons:
        close = conduct.close("not_agreed", reason.code, "")
        assert logged(close, "reason") == reason.code


def test_no_reason_is_still_missing_rather_than_unknown() -> None:
    with pytest.raises(MissingStepsError):
        conduct.close("not_agreed", "", "")(prepared(a_session()), facts())


def test_each_jurisdiction_has_its_own_codes() -> None:
    english = replace(facts(), pack=pack_of("en_generic"))
    with pytest.raises(InvalidValueError):
        seen("resident_identity_card")(prepared(a_session()), english)
