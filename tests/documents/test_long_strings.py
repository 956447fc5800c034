"""Strings of digits are read at once, and to nobody's eye otherwise than before."""

import importlib.util
from io import BytesIO
from types import ModuleType

import pytest
from hypothesis import given, strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError

from server.documents.long_strings import read_at_once

TOKENS = st.sampled_from([*(b"%c" % one for one in b"0123456789abcdefABCDEF<>%xg \n\r\0"), b"FEFF"])
BEHIND = b"/Filter"


@pytest.fixture(scope="module")
def untouched() -> ModuleType:
    """Return pyHanko's module as it comes, loaded a second time."""
    found = importlib.util.find_spec("pyhanko.pdf_utils.generic")
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def read(module: ModuleType, content: bytes) -> tuple[object, ...]:
    """Return what is read of the content and where reading stopped, or what is wrong."""
    stream = BytesIO(content)
    try:
        made = module.read_hex_string_from_stream(stream)
    except (PdfReadError, ValueError) as error:
        return type(error).__name__, str(error)
    kept = str(made) if isinstance(made, str) else bytes(made)
    return type(made).__name__, kept, stream.tell()


@given(st.lists(TOKENS, max_size=40))
def test_it_reads_as_before(untouched: ModuleType, tokens: list[bytes]) -> None:
    read_at_once()
    content = b"<" + b"".join(tokens) + BEHIND
    assert read(generic, content) == read(untouched, content)


@pytest.mark.parametrize("digits", [0, 2, 40_000, 40_001, 131_068, 131_070, 131_072, 300_000])
def test_it_reads_any_length(untouched: ModuleType, digits: int) -> None:
    read_at_once()
    content = b"<" + (b"30" * digits)[:digits] + b">" + BEHIND
    assert read(generic, content) == read(untouched, content)


def test_one_string_is_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    read_at_once()
    steps: list[object] = []
    monkeypatch.setattr(generic, "read_non_whitespace", steps.append)
    assert read(generic, b"<" + b"30" * 20_000 + b">")[0] == "TextStringObject"
    assert steps == []
