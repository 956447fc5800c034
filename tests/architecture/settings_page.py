"""Writes the table of `docs/settings.md` from the settings themselves: `make generated` runs it."""

import re

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from server.config import ROOT as CHECKOUT, Settings
from server.setting_forms import PREFIX
from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "settings.md"
TABLE = re.compile(r"(?<=\n)\| `HEYI_.*\n(?:\| `HEYI_.*\n)*")


def rows() -> str:
    """Return one line for each setting: its name, its default, its meaning."""
    return "".join(
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


def written() -> str:
    """Return the lines that stand on the page."""
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    return found.group() if found else ""


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    shown = "" if value is None else str(value).replace(f"{CHECKOUT}/", "")
    return f"`{shown}`" if shown else ""


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: rows(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
