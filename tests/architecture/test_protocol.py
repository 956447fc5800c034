"""PROTOCOL.md names what there is to say, and nothing that is not there."""

import ast
import re

import pytest

from server.signalling.messages import Enter
from server.signalling.requests import REQUESTS
from tests.architecture.tree import ROOT

TEXT = (ROOT / "server" / "signalling" / "PROTOCOL.md").read_text(encoding="utf-8")
CUTTING = ("cut", "part")
"""What is called to end a browser's connection, the reason last."""


@pytest.mark.parametrize("event", [*REQUESTS, "enter", "leave"])
def test_every_request_is_told(event: str) -> None:
    assert re.search(rf"`{re.escape(event)}[ `]", TEXT)


def test_entering_takes_what_is_told() -> None:
    told = re.search(r"`enter {(.*?)}`", TEXT)
    assert told is not None
    assert [one.split(":")[0] for one in told[1].split(", ")] == list(Enter.model_fields)


def test_every_reason_for_being_cut_is_told() -> None:
    told = re.search(r"`parted {reason}` \((.*?)\)", TEXT, re.DOTALL)
    assert told is not None
    assert _reasons() <= set(re.findall(r"`(\w+)`", told[1]))


def test_the_reasons_are_found() -> None:
    assert {"link_ended", "moved"} <= _reasons()


def _reasons() -> set[str]:
    files = [*ROOT.glob("server/usecases/*.py"), *ROOT.glob("server/signalling/*.py")]
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in CUTTING and node.args
    )
    last = (call.args[-1] for call in calls)
    return {
        one.value for one in last if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
