"""Who is refused learns what to do; what only an operator can mend stands in the log."""

import json
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module

import pytest

import server
from server.api.refusals import STATUS, from_domain
from server.documents.key_files import KeyUnreadableError
from server.documents.keys import KeysUnavailableError
from server.domain.errors import DomainError, NotFoundError
from server.store.errors import UnavailableError, translated

NOTED = "/srv/heyi/keys/pin.refused"


@pytest.mark.parametrize(
    "refused",
    [
        KeysUnavailableError(reason="wrong_pin", token="office", noted=NOTED),
        KeyUnreadableError(key=NOTED),
    ],
)
def test_where_the_keys_lie_is_for_the_log_alone(
    refused: DomainError, caplog: pytest.LogCaptureFixture
) -> None:
    answer = from_domain(refused)
    assert answer.status == 503
    assert json.loads(answer.text or "") == {"code": refused.code, "facts": {}}
    assert NOTED in caplog.text


SECRET = "510123197001011234"
ELSEWHERE = ("server.__main__", "server.rehearsal", "server.store.migrations")
"""What the site never imports."""


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("server."):
            yield one
        yield from _below(one)


@pytest.fixture(scope="module")
def refusals() -> frozenset[type[DomainError]]:
    """Return every refusal that the server's own modules define."""
    for module in pkgutil.walk_packages(server.__path__, "server."):
        if not module.name.startswith(ELSEWHERE):
            import_module(module.name)
    return frozenset(_below(DomainError))


def test_every_refusal_has_a_status_and_every_status_a_refusal(
    refusals: frozenset[type[DomainError]],
) -> None:
    assert {one.code for one in refusals} | {"fault"} == set(STATUS)


def test_what_is_the_machines_fault_is_told_as_the_servers(
    refusals: frozenset[type[DomainError]],
) -> None:
    """A server that is merely busy is well; whatever else it answers with 5xx, it logs."""
    wrong = [
        one.__qualname__
        for one in refusals
        if one.code != "busy"
        and one.machine != (STATUS[one.code] >= HTTPStatus.INTERNAL_SERVER_ERROR)
    ]
    assert not wrong
    assert all(one.machine for one in refusals if one.for_operator)


def test_a_database_that_is_away_is_answered_503_and_logged_by_its_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(UnavailableError) as raised, translated():
        raise ConnectionRefusedError(SECRET)
    answer = from_domain(raised.value)
    assert (answer.status, json.loads(answer.text or "")["code"]) == (503, "store_unavailable")
    assert [one.message for one in caplog.records] == [
        "store_unavailable {} because of ConnectionRefusedError"
    ]
    assert SECRET not in caplog.text


def test_what_somebody_asked_wrongly_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = from_domain(NotFoundError(field="name"))
    assert answer.status == HTTPStatus.NOT_FOUND
    assert not caplog.records
