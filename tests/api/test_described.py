"""What the description of the routes says of refusals is how they come."""

import pytest

from server.api import refusals
from server.api.openapi import document
from server.api.routes import ROUTES
from server.api.throttle import TooFastError
from tests.support.site import Town

WORDS = {"text/html", "text/plain", "application/json"}


@pytest.mark.parametrize(
    ("path", "method", "kinds"),
    [
        ("/j/{token}", "get", WORDS),
        ("/verify", "get", WORDS),
        ("/verify", "post", WORDS),
        ("/api/cases/{case_id}", "get", {"application/json"}),
    ],
)
def test_pages_for_everybody_refuse_in_words(path: str, method: str, kinds: set[str]) -> None:
    refusal = document(ROUTES, "1")["paths"][path][method]["responses"]["default"]
    assert set(refusal["content"]) == kinds


def test_a_program_is_told_in_the_head_when_to_come_again() -> None:
    assert refusals.from_domain(TooFastError(retry_after_s=7)).headers["Retry-After"] == "7"
    assert "Retry-After" not in refusals.refuse("not_found").headers


async def test_a_monitor_asks_for_the_head_alone(site: Town) -> None:
    async with site.browser().fetch("HEAD", "/healthz") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    async with site.browser().fetch("HEAD", "/verify") as answer:
        assert answer.status == 405
