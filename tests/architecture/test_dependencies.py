"""What the product imports it declares, and what it declares it uses."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.tree import ROOT, files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOADED_BY_NAME = {
    "asyncpg",  # the same
}


def test_every_import_of_the_product_is_declared() -> None:
    provided_by = packages_distributions()
    foreign = _imported() - set(sys.stdlib_module_names) - {"server", "_typeshed"}
    undeclared = {
        module: provided_by.get(module, ["nobody"])
        for module in foreign
        if not {_plain(name) for name in provided_by.get(module, [])} & _declared()
    }
    assert undeclared == {}


def test_every_declared_dependency_is_used() -> None:
    provided_by = packages_distributions()
    used = {_plain(name) for module in _imported() for name in provided_by.get(module, [])}
    assert _declared() - used - LOADED_BY_NAME == set()


def test_every_dependency_has_its_reason_written_down() -> None:
    reasons = next((ROOT / "docs" / "decisions").glob("0007-*.md")).read_text(encoding="utf-8")
    rows = {
        _plain(name)
        for name in re.findall(r"^\| ([\w.-]+)(?:\[[^]]*\])? \|", reasons, re.MULTILINE)
    }
    assert _declared() - rows == set()


def test_tests_write_fakes_instead_of_mocks() -> None:
    mocked = [path.name for path in files("tests", endings=(".py",)) if "mock" in _modules_of(path)]
    assert mocked == []


UNDOCUMENTED = ("pylibsrtp", "rtcdtlstransport", "rtcicetransport")
"""Parts of libraries of which we use more than their makers promise."""


def test_one_file_alone_uses_what_its_libraries_do_not_document() -> None:
    touched = {
        path.name
        for path in files("server", endings=(".py",))
        if any(name in path.read_text(encoding="utf-8") for name in UNDOCUMENTED)
    }
    assert touched == {"undocumented.py"}


def _declared() -> set[str]:
    return {_plain(re.split(r"[\[<>=!~; ]", line)[0]) for line in PROJECT["dependencies"]}


def _imported() -> set[str]:
    sources = files("server", endings=(".py",))
    return {module for path in sources for module in _modules_of(path)}


def _modules_of(path: Path) -> set[str]:
    return set(_top_names(ast.parse(path.read_text(encoding="utf-8"))))


def _top_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
            if node.module == "unittest":
                yield from (alias.name for alias in node.names)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
