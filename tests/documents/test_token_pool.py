"""Processes of the pool whose token is pulled out and put back."""

import asyncio
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from server.documents.key_token import TokenKeys
from server.documents.keys import KeysUnavailableError
from server.documents.pool import ProcessWorkPool
from server.documents.signatures import make_signature
from server.ports.documents import KeyRef
from tests.support.tokens import TokenDrawer

pytestmark = pytest.mark.timeout(180)

TRIES = 6
"""Works at once: more than there are processes, so that each has some."""


async def tried(pool: ProcessWorkPool, keys: TokenKeys) -> str:
    """Sign in the pool; return how often, or why not."""
    ref = KeyRef(committee_id=None)
    works = [pool.run(make_signature, keys, ref, b"m") for _ in range(TRIES)]
    made = await asyncio.gather(*works, return_exceptions=True)
    refused = [one for one in made if isinstance(one, KeysUnavailableError)]
    return f"{len(made) - len(refused)} signed, {len(refused)} refused"


async def answer(keys: TokenKeys) -> None:
    """Try whenever a line comes in."""
    with ProcessWorkPool(2) as pool:
        while await asyncio.to_thread(sys.stdin.readline):
            print(await tried(pool, keys), flush=True)  # noqa: T201  this is the answer


def test_each_process_opens_the_token_again_when_it_is_back(
    tokens: TokenDrawer, tmp_path: Path
) -> None:
    keys = tokens.keys(tmp_path)
    command = [sys.executable, "-m", __name__, pickle.dumps(keys).hex()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as app:
        told = [_asked(app)]
        tokens.pull()
        try:
            told.append(_asked(app))
        finally:
            tokens.put_back()
        told.append(_asked(app))
        app.communicate()
    all_, none = f"{TRIES} signed, 0 refused\n", f"0 signed, {TRIES} refused\n"
    assert told == [all_, none, all_]


def _asked(app: "subprocess.Popen[str]") -> str:
    assert app.stdin is not None
    assert app.stdout is not None
    app.stdin.write("\n")
    app.stdin.flush()
    return app.stdout.readline()


if __name__ == "__main__":
    asyncio.run(answer(pickle.loads(bytes.fromhex(sys.argv[1]))))
