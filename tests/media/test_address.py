"""What a phone is told to send to."""

import pytest

from server.media.address import UnknownAddressError, announced


@pytest.mark.parametrize(
    ("bound", "wanted", "told"),
    [
        ("127.0.0.1", "", ("127.0.0.1",)),
        ("0.0.0.0", "203.0.113.7", ("203.0.113.7",)),
        ("::", "2001:db8::7, 203.0.113.7", ("2001:db8::7", "203.0.113.7")),
    ],
)
def test_the_set_address_is_told(bound: str, wanted: str, told: tuple[str, ...]) -> None:
    assert announced(bound, wanted) == told


@pytest.mark.allow_hosts(["192.0.2.1"])  # a route is looked up, nothing is sent
def test_listening_everywhere_tells_a_real_address() -> None:
    (address,) = announced("0.0.0.0", "")
    assert address != "0.0.0.0"


def test_a_name_that_does_not_resolve_names_its_setting() -> None:
    with pytest.raises(UnknownAddressError, match="HEYI_MEDIA_ADDRESS"):
        announced("127.0.0.1", "no-such-name.invalid")
