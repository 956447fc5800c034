"""Every setting is explained to the people who run Heyi, in the words the code has for it."""

import re

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from server.config import PREFIX, ROOT as CHECKOUT, Settings, SettingsError, load
from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `(HEYI_\w+)` \| (.*) \| (.*) \|$", re.MULTILINE)


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    stated = {name: (default, meaning) for name, default, meaning in ROW.findall(PAGE.read_text())}
    expected = {
        PREFIX + name.upper(): (_default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    }
    assert stated == expected


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYI_PROT", "8081")
    with pytest.raises(SettingsError, match="HEYI_PROT"):
        load()


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    shown = "" if value is None else str(value).replace(f"{CHECKOUT}/", "")
    return f"`{shown}`" if shown else ""
