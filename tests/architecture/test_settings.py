"""Every setting is explained to the people who run Heyi, in the words the code has for it."""

import pytest

from server.config import SettingsError, load
from tests.architecture.settings_page import rows, written


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    assert written().splitlines() == rows().splitlines(), "run: make generated"


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYI_PROT", "8081")
    with pytest.raises(SettingsError, match="HEYI_PROT"):
        load()
