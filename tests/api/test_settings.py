"""Settings that cannot work are refused at the start, by their name."""

import pytest

from server.config import load
from server.setting_forms import SettingsError


@pytest.mark.parametrize(
    "url",
    [
        "foo",
        "heyi.example.org",
        "ftp://heyi.example.org",
        "https://",
        "https://heyi example.org",
        "https://heyi.example.org/heyi",
        "https://heyi.example.org/?a=b",
        "https://ye@heyi.example.org",
        "https://heyi.example.org:99999",
    ],
)
def test_a_public_address_that_no_browser_would_name_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEYI_PUBLIC_URL: set it to https://name"):
        load(public_url=url)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://调解.example.org", "https://xn--5y2av5b.example.org"),
        ("https://调解.政务/", "https://xn--5y2av5b.xn--zfr164b"),
        ("HTTPS://Heyi.Example.ORG:443/", "https://heyi.example.org"),
        ("http://heyi.example.org:80", "http://heyi.example.org"),
        ("https://heyi.example.org:8443", "https://heyi.example.org:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_public_address_is_what_a_browser_names_as_origin(url: str, named: str) -> None:
    settings = load(public_url=url)
    assert (settings.url, settings.origins) == (named, frozenset({named}))


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("::", "http://[::]:8080"),
        ("::1", "http://[::1]:8080"),
        ("", "http://localhost:8080"),
        ("0.0.0.0", "http://0.0.0.0:8080"),
    ],
)
def test_whatever_it_listens_on_has_an_origin(host: str, named: str) -> None:
    assert load(host=host).origins == frozenset({named})


@pytest.mark.parametrize("listed", ["localhost", "10.0.0.0/33", "10.0.0.1/8", "127.0.0.1;10.1.1.1"])
def test_a_trusted_proxy_that_is_no_address_is_refused(listed: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEYI_TRUSTED_PROXIES: .*IP addresses or networks"):
        load(trusted_proxies=listed)


@pytest.mark.parametrize(
    ("how", "lacking"),
    [
        ({"notify": "webhook"}, "HEYI_WEBHOOK_URL"),
        ({"notify": "webhook", "webhook_url": "sms.example.org"}, "HEYI_WEBHOOK_URL"),
        ({"notify": "webhook", "webhook_url": "https://sms.example.org"}, "HEYI_WEBHOOK_SECRET"),
        ({"notify": "command"}, "HEYI_NOTIFY_COMMAND"),
        ({"notify": "command", "notify_command": "send 'it"}, "HEYI_NOTIFY_COMMAND"),
        ({"notify": "smtp"}, "HEYI_SMTP_HOST, HEYI_SMTP_FROM, HEYI_SMTP_TO"),
        ({"notify": "smtp", "smtp_host": "m", "smtp_from": "a@b.c"}, "HEYI_SMTP_TO"),
    ],
)
def test_a_way_for_messages_that_leads_nowhere_is_refused(
    how: dict[str, str], lacking: str
) -> None:
    with pytest.raises(SettingsError, match=lacking):
        load(**how)


@pytest.mark.parametrize(
    "how",
    [
        {"notify": "webhook", "webhook_url": "http://127.0.0.1:9/sms", "webhook_secret": "shared"},
        {"notify": "command", "notify_command": "tee -a '/tmp/a b'"},
        {"notify": "smtp", "smtp_host": "m", "smtp_from": "a@b.c", "smtp_to": "{mobile}@b.c"},
    ],
)
def test_a_whole_way_for_messages_is_taken(how: dict[str, str]) -> None:
    assert load(**how).notify == how["notify"]
