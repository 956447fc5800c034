"""Locks pin every package by content, and name no place to fetch it from: any mirror serves."""

import json
import re
from typing import Any

import pytest

from tests.architecture.tree import ROOT, files, shown

PYTHON_LOCKS = sorted(ROOT.glob("requirements*.txt"))
WEB_LOCK = ROOT / "web" / "package-lock.json"

# Spelled in parts, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("npmmirror", "com"),
        ("registry", "yarnpkg", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
    )
]
BINARY = (".png", ".jpg", ".webp", ".ico", ".pdf", ".ttf", ".woff2", ".y4m", ".wav", ".zip")


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{shown(path)}: {registry}"
        for path in files()
        if not path.name.endswith(BINARY)
        for registry in REGISTRIES
        if registry in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_by_hash(lock: Any) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = [line for line in re.split(r"\n(?=[^\s#])", text) if "==" in line]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"^-|://", text, re.MULTILINE) is None


def test_what_runs_and_what_tests_agree_on_versions() -> None:
    runtime, development = (
        _pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert {name: pin for name, pin in runtime.items() if development.get(name) != pin} == {}


def test_every_web_package_is_pinned_by_hash_without_an_address() -> None:
    packages = json.loads(WEB_LOCK.read_text(encoding="utf-8"))["packages"]
    fetched = {path: entry for path, entry in packages.items() if "node_modules/" in path}
    own = {path for path, entry in fetched.items() if entry.get("link")}
    assert [path for path in own if "://" in fetched[path]["resolved"]] == []
    assert [path for path in fetched.keys() - own if "integrity" not in fetched[path]] == []
    assert [path for path in fetched.keys() - own if "resolved" in fetched[path]] == []


def _pins(lock: Any) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for name, pin in re.findall(r"^([\w.-]+)==([^\\\n]+)", lock.read_text("utf-8"), re.MULTILINE):
        pins.setdefault(name, set()).add(pin.strip())
    return pins
