"""The prepared office, also for hostile visitors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.access.conftest import prepared
from tests.access.office import Office, open_office
from tests.access.prepare import Preparation

__all__ = ["prepared"]


@pytest.fixture
def moment() -> str:
    """The moment of the case; a module overrides it."""
    return "planned"


@pytest.fixture
async def office(prepared: Preparation, moment: str, tmp_path: Path) -> AsyncIterator[Office]:
    folder, facts = prepared.folder(moment), prepared.facts[moment]
    async with open_office(folder, tmp_path / "office", facts) as opened:
        yield opened
