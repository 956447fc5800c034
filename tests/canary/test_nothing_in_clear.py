"""After the whole story no name, number, account, code or token lies about in clear."""

import asyncio
import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from server.rehearsal import story
from server.rehearsal.peer import stay_on_loopback
from server.rehearsal.play import play
from tests.canary.scan import files_below, found
from tests.support.server import Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PLANTED = (
    "陈水根",
    "刘春梅",
    "林启航",
    "鹭岛恒筑建设劳务有限公司",
    "512099197904123018",
    "512099198209234028",
    "35029919880607501X",
    "91350299MA0DEMX13U",
    story.WORKER_MOBILE,
    story.WIFE_MOBILE,
    story.AGENT_MOBILE,
    "6200000000000001230",
    "云岭县农村信用社",
    "云汀花园",
    "急着做第二次手术",
    "本人、妻子",
    *(account.password for account in story.ACCOUNTS),
)
SEALED = "records"
"""Sealed records name their parties by design: they are the agreement itself."""


@dataclass(frozen=True)
class Played:
    """What the server left behind, and the secrets that only this run knew."""

    data: Path
    log: str
    metrics: bytes
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("canary")))


async def _play(folder: Path) -> Played:
    stay_on_loopback()
    async with serving(folder, "--demo") as server:
        await play(server.url)
        said = (folder / "server.log").read_text()
        told, metrics = await _told(server)
        tokens = re.findall(r"/j/([\w-]{22})", said)
        return Played(server.data, _spoken(said), metrics, (*told, *tokens))


async def _told(server: Server) -> tuple[list[str], bytes]:
    async with aiohttp.ClientSession() as http:
        codes = json.loads(await (await http.get(f"{server.url}/api/demo/codes")).read())
        metrics = await (await http.get(f"{server.url}/metrics")).read()
    return list(codes["codes"].values()), metrics


def _spoken(log: str) -> str:
    """Return the log without what the demonstration says to the person in front of it.

    It prints its accounts, its links, and the codes that a telephone would receive.
    """
    _, _, after = log.partition("Ctrl-C")
    return "\n".join(line for line in after.splitlines() if not re.match(r"1\d{10}: ", line))


def test_the_database_holds_nothing_in_clear(played: Played) -> None:
    words = (*PLANTED, *played.secrets)
    hits = {
        path.name: words_found
        for path in files_below(played.data, without=(SEALED,))
        if (words_found := found(path.read_bytes(), words))
    }
    assert not hits


def test_the_log_holds_nothing_in_clear(played: Played) -> None:
    assert not found(played.log.encode(), (*PLANTED, *played.secrets))


def test_the_metrics_hold_nothing_in_clear(played: Played) -> None:
    assert not found(played.metrics, (*PLANTED, *played.secrets))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_planted_leak_is_found(encoding: str) -> None:
    leak = b"\0\1" + "陈水根".encode(encoding) + b"\2"
    assert found(leak, PLANTED) == {"陈水根"}


def test_a_leak_in_another_dress_is_found() -> None:
    wrapped = base64.b64encode(b'{"mobile": "19900000001"}')
    assert story.WORKER_MOBILE in found(wrapped, PLANTED)
    assert found(b"19900000001".hex().encode(), PLANTED) == {story.WORKER_MOBILE}
