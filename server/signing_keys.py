"""The signing keys, wired; apart from the app, so that `heyi serve` can ask for them first."""

import asyncio
import logging

from server.archive.backups import UNFINISHED
from server.config import Settings
from server.documents.key_files import FileKeys, KeyUnreadableError
from server.documents.key_home import HeldKeys, expect_home, provider
from server.documents.key_words import say
from server.documents.keys import KeysUnavailableError, SealRefusedError
from server.documents.private_files import sweep
from server.documents.seals import OUTSIDE
from server.documents.suites import P256, SUITES
from server.ports.backup import BackupError
from server.ports.system import WorkPool
from server.store.errors import MissingKeyError, UnavailableError
from server.store.keys import expect_settled, load_or_create
from server.store.own_key import expect_opening
from server.system import SystemClock

log = logging.getLogger(__name__)


def master(settings: Settings) -> bytes:
    """Return the key that wraps all others, made at the first start.

    Raises UnfinishedRotationError, and MissingKeyError beside keys of an earlier start.
    """
    kek = settings.key_folder / "kek"
    expect_settled(kek)
    if not kek.exists() and any(kek.parent.glob("*.key")):
        raise MissingKeyError(path=str(kek))
    return load_or_create(kek)


async def expect_master(settings: Settings) -> None:
    """Raise MissingKeyError where a database was filled with a key that is gone.

    A new one would not open it, and hide that the other is missing.
    """
    kek = settings.key_folder / "kek"
    if not kek.exists():
        await expect_opening(settings.database, kek)


def signing_keys(settings: Settings) -> HeldKeys:
    """Return who signs for this server."""
    return provider(settings.key_folder, master(settings), settings.pkcs11)


async def tell_holder(pool: WorkPool, keys: HeldKeys) -> None:
    """Say who holds the keys. Away, they may come back: whatever is to be signed waits."""
    try:
        log.info("signing keys: %s", await pool.run(expect_home, keys))
    except KeysUnavailableError as refused:
        log.warning("signing keys: %s", "\n".join(say(refused)))
    except KeyUnreadableError as refused:
        log.warning("signing keys: %s", refused)


def expect_keys(settings: Settings) -> None:
    """Refuse to start without the keys; sweep what killed processes left beside them.

    Raises KeysUnavailableError, KeyUnreadableError, MissingKeyError, NoSm2Error for a suite
    that this machine lacks, SealRefusedError for one that no authority's seal is of,
    UnfinishedRotationError, and BackupError where a restore was
    begun and not finished: until then nobody knows the keys.
    """
    suite = SUITES[settings.signature_suite]
    computed_by = suite.by()
    if (settings.data / UNFINISHED).exists():
        raise BackupError(reason="unfinished")
    if left := sweep(settings.key_folder, SystemClock().now()):
        log.info("key folder: %d part(s) removed that killed processes left", left)
    try:
        asyncio.run(expect_master(settings))
    except UnavailableError as away:
        # As at a later start, where the app waits for a database that is started after it.
        log.warning("signing keys: a first start waits for the database: %s", away.noted)
        return
    keys = signing_keys(settings)
    if suite is not P256 and not isinstance(keys, FileKeys):
        raise KeysUnavailableError(reason="no_sm2")
    if suite is not P256 and any(settings.key_folder.glob(OUTSIDE)):
        raise SealRefusedError(reason="suite")
    log.info("signing keys: %s", expect_home(keys))
    log.info("staff and seals sign in %s (%s)", suite.id, computed_by)
