"""A stage that also has its papers: real fonts, keys, typesetter, seal and archive."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from server.archive.disk import Disk
from server.archive.local import LocalArchive
from server.documents.certificates import certificate_key, issued_by
from server.documents.fonts import FontFolders, font_folders
from server.documents.inspection import inspect
from server.documents.key_files import FileKeys
from server.documents.keys import KeyProvider
from server.documents.renewal import PooledStamper
from server.documents.signatures import verify_signature
from server.documents.signing import Desk
from server.documents.sources import sources_of
from server.documents.stamp_facts import read_stamp
from server.documents.work import EcdsaChecker, LocalChain, LocalSigner, TypstRenderer
from server.ports.archive import VerifierTools
from server.usecases.world import World
from tests.support.world import Stage

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
TOOLS = VerifierTools(
    inspect=inspect,
    check_signature=verify_signature,
    certificate_key=certificate_key,
    issued_by=issued_by,
    read_stamp=read_stamp,
)


ONE_AT_A_TIME = threading.Lock()
"""PDF readers are not made for several threads of one process."""


class ThreadPool:
    """Does the work in a thread, so that makers of documents may run a loop of their own."""

    async def run(self, work: Callable[..., T], *args: object) -> T:
        def alone() -> T:
            with ONE_AT_A_TIME:
                return work(*args)

        return await asyncio.to_thread(alone)


@cache
def fonts() -> FontFolders:
    """Return the fonts that the web workspace brings."""
    return font_folders(ROOT / "web" / "node_modules")


MASTER = b"the master secret of this test only"


def desk_of(keys: KeyProvider, having: FontFolders) -> Desk:
    """Return what signing takes, all of it local."""
    return Desk(keys, having, sources_of(keys))


def equipped(
    scene: Stage,
    folder: Path,
    disk: Disk | None = None,
    master: bytes = MASTER,
    keys: KeyProvider | None = None,
) -> Stage:
    """Return the stage with its papers kept below `folder`, signed with key files unless said."""
    pool = ThreadPool()
    keys = keys or FileKeys(folder / "keys", master)
    world = replace(
        scene.world,
        renderer=TypstRenderer(pool, fonts()),
        chain=LocalChain(pool, desk_of(keys, fonts())),
        signer=LocalSigner(pool, keys),
        stamper=PooledStamper(pool, desk_of(keys, fonts())),
        checker=EcdsaChecker(),
        archive=LocalArchive(folder / "data", pool, TOOLS, disk or Disk()),
    )
    return replace(scene, world=world)


def with_archive(world: World, **changes: Any) -> World:
    """Return the world with another archive over the same folder."""
    assert isinstance(world.archive, LocalArchive)
    return replace(world, archive=replace(world.archive, **changes))
