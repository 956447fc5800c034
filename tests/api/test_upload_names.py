"""What somebody calls his file is printed nowhere, however oddly he writes it."""

import warnings

import pytest
from aiohttp.multipart import parse_content_disposition

from server.api.site import make_site
from tests.support.site import ORIGIN, Town

UNQUOTED = 'form-data; name="file"; filename=陈水根身份证.pdf'


@pytest.mark.parametrize("odd", [UNQUOTED, 'form-data; filename*="陈水根"', "陈水根"])
def test_an_odd_file_name_is_not_warned_of(odd: str) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        make_site(demonstration=False)
        parse_content_disposition(odd)
    assert [str(one.message) for one in seen] == []


async def test_a_file_with_an_odd_name_is_refused_without_a_word(
    site: Town, caplog: pytest.LogCaptureFixture
) -> None:
    body = f"--b\r\nContent-Disposition: {UNQUOTED}\r\n\r\nx\r\n--b--\r\n".encode()
    head = {"Origin": ORIGIN, "Content-Type": "multipart/form-data; boundary=b"}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        make_site(demonstration=False)
        async with site.browser().fetch("POST", "/verify", data=body, headers=head) as answer:
            assert answer.status == 422
    assert "陈水根" not in f"{[str(one.message) for one in seen]} {caplog.text}"
