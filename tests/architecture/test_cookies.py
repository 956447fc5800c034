"""What a browser is known by has one name in one place: both edges and the description use it."""

from server.api import openapi
from server.usecases import identify
from tests.architecture.tree import files, shown

PREFIX = '"__Host-'
"""What only browsers' own servers may set, over TLS alone (RFC 6265bis, 4.1.3.2)."""


def test_the_cookies_are_named_in_one_place() -> None:
    naming = [
        shown(path) for path in files("server", endings=(".py",)) if PREFIX in path.read_text()
    ]
    assert naming == ["server/usecases/identify.py"]


def test_the_description_names_the_cookies_that_are_set() -> None:
    schemes = openapi.document((), "1")["components"]["securitySchemes"]
    assert {name: scheme["name"] for name, scheme in schemes.items()} == {
        "staff": identify.STAFF_COOKIE,
        "seat": identify.SEAT_COOKIE,
    }
