"""How much is thrown, by which dice, and where a run says what it did."""

import os
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from tests.fuzz.yard import Yard, yard

INPUTS = int(os.environ.get("FUZZ_INPUTS", "5000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
BUG_INPUTS = 5000

Told = Callable[[str], None]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\nfuzz {line}; seed {SEED}")

    return tell


@pytest.fixture
async def it() -> AsyncIterator[Yard]:
    made = yard()
    yield made
    made.plane.close()
    await made.ended()
