"""Work is run to its end without anybody describing what it returns."""

import re

import pytest

from server.config import ROOT
from server.documents.to_end import to_end


class Dear:
    """As a CMS object in another one: its description may take for ever."""

    described = False

    def __repr__(self) -> str:
        self.described = True
        return "dear"


async def made(result: Dear) -> Dear:
    return result


def test_what_is_returned_is_not_described() -> None:
    dear = to_end(made(Dear()))
    assert not dear.described


async def failing() -> None:
    raise LookupError


def test_an_error_comes_through() -> None:
    with pytest.raises(LookupError):
        to_end(failing())


def test_documents_are_made_in_no_other_way() -> None:
    places = [*(ROOT / "server/documents").glob("*.py"), *(ROOT / "server/archive").glob("*.py")]
    running = [one.name for one in places if re.search(r"asyncio\.(run\(|Runner)", one.read_text())]
    assert running == ["to_end.py"]
