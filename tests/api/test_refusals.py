"""Who is refused learns what to do; what only an operator can mend stands in the log."""

import json

import pytest

from server.api.refusals import from_domain
from server.documents.key_files import KeyUnreadableError
from server.documents.keys import KeysUnavailableError
from server.domain.errors import DomainError

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
