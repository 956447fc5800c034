"""Every requirement of ASVS V17 has its row, and every test a row names is there."""

import ast
import re

import pytest

from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "webrtc-security.md"
REQUIREMENTS = {
    **{f"17.1.{n}": n + 1 for n in (1, 2)},
    **dict.fromkeys(("17.2.1", "17.2.2", "17.2.3", "17.2.4"), 2),
    **dict.fromkeys(("17.2.5", "17.2.6", "17.2.7", "17.2.8"), 3),
    **dict.fromkeys(("17.3.1", "17.3.2"), 2),
}
"""Number and level of each, ASVS 5.0.0 chapter V17."""

ROW = re.compile(r"^\| (17\.\d\.\d) \| (\d) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)+)`")
NOT_OURS = "Does not apply: "


def missing(test: str) -> bool:
    """Return whether there is no such function in such a file."""
    path, *names = test.split("::")
    file = ROOT / path
    if not file.is_file():
        return True
    body: list[ast.stmt] = ast.parse(file.read_text(encoding="utf-8")).body
    for name in names:
        found = [one for one in body if getattr(one, "name", None) == name]
        if not found:
            return True
        body = getattr(found[0], "body", [])
    return not names[-1].startswith("test_")


def rows() -> dict[str, tuple[int, str, list[str]]]:
    page = PAGE.read_text(encoding="utf-8")
    return {
        no: (int(level), how, NAMED.findall(tests)) for no, level, how, tests in ROW.findall(page)
    }


def test_every_requirement_has_its_row_and_its_level() -> None:
    assert {no: level for no, (level, _, _) in rows().items()} == REQUIREMENTS


@pytest.mark.parametrize("number", sorted(REQUIREMENTS))
def test_what_applies_is_proved(number: str) -> None:
    _, how, tests = rows()[number]
    assert bool(tests) is not how.startswith(NOT_OURS)


def test_every_test_it_names_is_there() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [one for one in named if missing(one)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "tests/media/test_hostile.py::test_that_nobody_wrote",
        "tests/media/test_nothing.py::test_a_flood_from_one_phone_does_not_drown_the_others",
        "tests/media/test_hostile.py::rubbish",
        "tests/media/engine_contract.py::test_a_stream_that_proves_nothing_or_overflows_is_closed",
    ],
)
def test_it_finds_a_test_that_is_not_there(wrong: str) -> None:
    assert missing(wrong)
