"""What an operator does beside the server: copy all, replace or move keys, renew stamps."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

from server.alone import BESIDE_ANOTHER, AlreadyRunningError
from server.archive.backups import Backups
from server.config import Settings, environment
from server.documents import seal_words
from server.documents.key_files import FileKeys, KeyUnreadableError
from server.documents.key_home import expect_home, in_token, move_in
from server.documents.key_token import TokenKeys
from server.documents.key_words import say
from server.documents.keys import KeysUnavailableError, SealRefusedError
from server.domain.errors import DomainError
from server.domain.renewal import Due
from server.domain.suites import NoSm2Error
from server.ports.archive import OwnedElsewhereError
from server.signing_keys import expect_master, master, signing_keys
from server.store.errors import MissingKeyError, UnavailableError, WrongKeyError
from server.store.keys import (
    KeyInUseError,
    UnfinishedRotationError,
    in_use,
    load_or_create,
    next_of,
    settle,
)
from server.store.own_key import expect_opening
from server.store.rotation import rotate
from server.store.snapshots import snapshots
from server.store.sole import ServedElsewhereError, SharedConnectionError
from server.system import SystemIds
from server.usecases.renew_records import AlreadyRenewingError, Outcome, Result, renew_records
from server.usecases.world import World

SAID = {
    AlreadyRunningError.code: (
        "这个数据文件夹上已经有一个和议在运行。请先停下它，或者另设 HEYI_DATA。",
        "Another Heyi runs on this data folder: stop it first, or set another HEYI_DATA.",
    ),
    ServedElsewhereError.code: (
        (
            "这个数据库已经由另一个和议在用（别的主机或别的数据文件夹）。一个数据库只能有一个服务："
            "请先停下那一个，或者改 HEYI_DATABASE_URL。那台主机断了，半分钟后再试。"
        ),
        (
            "Another Heyi serves this database, on another host or data folder, and it can have "
            "one: stop that one first, or set another HEYI_DATABASE_URL. If its host is gone, "
            "try again in half a minute."
        ),
    ),
    OwnedElsewhereError.code: (
        (
            "档案库属于另一个和议的数据库（{where}）。请另设存放处（HEYI_S3_BUCKET、HEYI_DATA），"
            "或者接回它的数据库（HEYI_DATABASE_URL、HEYI_DATA）。"
            "那一个确已永久停用的，移走 {where} 后再启动。"
        ),
        (
            "The archive belongs to another Heyi's database ({where}): set another place "
            "(HEYI_S3_BUCKET, or HEYI_DATA), or that database (HEYI_DATABASE_URL, HEYI_DATA). If "
            "that Heyi is gone for good, remove {where} and start again."
        ),
    ),
    SharedConnectionError.code: (
        (
            "数据库前面的连接池按事务共用连接（如 PgBouncer 的 transaction 方式），不能这样用。"
            "请让 HEYI_DATABASE_URL 直接指向 PostgreSQL，或改为 session 方式。"
        ),
        (
            "The database is behind a pooler that shares connections between transactions (such as "
            "PgBouncer's transaction mode): let HEYI_DATABASE_URL name PostgreSQL itself, or pool "
            "by session."
        ),
    ),
    AlreadyRenewingError.code: (
        "另一次时间戳续期正在进行，等它结束后再试。",
        "Time stamps are being renewed already: try again when that has ended.",
    ),
    KeyInUseError.code: (
        "服务正在运行，或者另一个命令正在用密钥。请先停下再试。",
        "A server or another command uses the key: stop it first.",
    ),
    MissingKeyError.code: (
        (
            "缺少主密钥 {path}，没有它，这里已有的内容打不开；不会另造一把。"
            "请检查数据盘是否已挂载，或从最近一份备份取回 keys/kek。"
        ),
        (
            "The master key {path} is missing; what is here opens with no other, none was made. "
            "Look whether the disk is mounted, or take keys/kek from the last backup."
        ),
    ),
    WrongKeyError.code: (
        (
            "主密钥（数据文件夹里的 keys/kek）打不开这个数据库。"
            "请检查 HEYI_DATA 与 HEYI_DATABASE_URL 是否同属一处，或从最近一份备份取回 keys/kek。"
        ),
        (
            "The master key (keys/kek in the data folder) does not open this database. See that "
            "HEYI_DATA and HEYI_DATABASE_URL belong together, or take it from the last backup."
        ),
    ),
    KeyUnreadableError.code: (
        "签名密钥文件 keys/{key}.key 打不开。请从最近一份备份取回它和 keys/kek。",
        "The signing key keys/{key}.key does not open: take it and keys/kek from the last backup.",
    ),
    UnfinishedRotationError.code: (
        "上次更换主密钥没有完成，请再运行一次 heyi rotate-key。",
        "Replacing the key was not finished: run heyi rotate-key again.",
    ),
    UnavailableError.code: (
        "数据库用不上（{why}）。请看它是否在运行、HEYI_DATABASE_URL（未设置则 HEYI_DATA）对不对。",
        "The database is away ({why}): see that it runs, and HEYI_DATABASE_URL (or HEYI_DATA).",
    ),
    NoSm2Error.code: (
        "本机的 OpenSSL 不支持 SM2，不能按设置签名。请换一个，或者改 HEYI_SIGNATURE_SUITE。",
        "This machine's OpenSSL has no SM2: change it, or HEYI_SIGNATURE_SUITE.",
    ),
}
"""Refusals in the operator's words, by code; `{why}` is what was behind it."""
NOT_HERE = "签名密钥在令牌里，不在此列 · signing keys in the token are not part of this"


ANOTHER = (AlreadyRunningError, ServedElsewhereError, OwnedElsewhereError)
"""Refusals that say that the place is another's."""


def said(refused: DomainError) -> str:
    """Return a refusal in the operator's words, or as code and facts."""
    if isinstance(refused, KeysUnavailableError):
        return "\n".join(say(refused))
    if isinstance(refused, SealRefusedError):
        return "\n".join(seal_words.say(refused))
    if refused.code not in SAID:
        return f"heyi: {refused.code} {refused.facts or ''}".rstrip()
    return "\n".join(SAID[refused.code]).format(**{"why": _why(refused), **refused.facts})


def status(refused: DomainError, words: Sequence[str]) -> int:
    """Return a refused command's exit status: an app's supervisor is told of another app by it."""
    return BESIDE_ANOTHER if isinstance(refused, ANOTHER) and words[:1] == ["app"] else 1


def _why(refused: DomainError) -> str:
    """Return the first line that a driver said; it holds names and addresses, no password."""
    said: object = getattr(refused.__cause__, "orig", None) or refused.__cause__
    first = next(iter(str(said).splitlines()), "") if said is not None else ""
    return first.rpartition("'>: ")[2] or type(said).__name__


def keys_elsewhere(settings: Settings) -> bool:
    """Return whether the signing keys lie in a token, where no file of ours holds them."""
    return in_token(settings.key_folder)


def held_keys(settings: Settings) -> str:
    """Return who holds the signing keys, every one of them tried.

    Raises KeysUnavailableError, KeyUnreadableError, MissingKeyError.
    """
    asyncio.run(expect_master(settings))
    return expect_home(signing_keys(settings))


def import_keys(settings: Settings) -> int:
    """Move the key files' keys into the token; return how many.

    Raises KeysUnavailableError, MissingKeyError, and KeyInUseError beside a running server.
    """
    asyncio.run(expect_master(settings))
    token = signing_keys(settings)
    if not isinstance(token, TokenKeys):
        raise KeysUnavailableError(reason="files_set")
    with in_use(settings.key_folder / "kek", alone=True):
        return move_in(FileKeys(settings.key_folder, master(settings)), token)


def backups(settings: Settings) -> Backups:
    """Return what copies the data folder and its database."""
    taken = snapshots(settings.database, environment())
    return Backups(settings.data, taken, records_here=settings.archive == "local")


async def back_up(
    settings: Settings, file: Path, recipients: Sequence[str], passphrase: str
) -> int:
    """Write a backup that opens again; return how many records it holds.

    Raises MissingKeyError and WrongKeyError, for without its key a database is noise, and
    whatever `Backups.make` raises.
    """
    await expect_opening(settings.database, settings.key_folder / "kek")
    return await backups(settings).make(file, recipients, passphrase)


def keys_in_use(settings: Settings) -> AbstractContextManager[None]:
    """Hold the keys, so that nobody replaces them meanwhile. Raises KeyInUseError."""
    return in_use(settings.key_folder / "kek")


async def rotate_key(settings: Settings) -> int:
    """Replace the key that wraps all others; return how many keys were wrapped again.

    Killed at any point it is run again. Raises MissingKeyError, WrongKeyError, and
    KeyInUseError beside a running server.
    """
    kek = settings.key_folder / "kek"
    with in_use(kek, alone=True):
        await expect_master(settings)
        old, new = load_or_create(kek), load_or_create(next_of(kek))
        wrapped = await rotate(settings.database, old, new, SystemIds())
        FileKeys(settings.key_folder, old).rekey(FileKeys(settings.key_folder, new))
        settle(kek)
    return wrapped


WHY = {
    Due.YEARLY: "距上次已满一年（或所设期限） · the interval is over",
    Due.ENDS: "时间戳证书将到期 · the stamp's certificate ends soon",
    Due.DIGEST: "更换摘要算法 · the digest is to be replaced",
    Due.UNKNOWN: "尚未查看 · not looked at before",
    Due.UNPROVEN: "印章还到不了 B-LTA · the seal is below B-LTA",
    Due.NO_STAMP: "尚无存档时间戳 · no archive time stamp yet",
}
RESULTS = {
    Result.WOULD_RENEW: "将续期 · would be renewed",
    Result.RENEWED: "已续期 · renewed",
    Result.FAILED: "未续期 · NOT renewed",
}

TROUBLES = {
    "timestamp_unsound": "时间戳机构给的时间戳不可用，未采用，原因见日志；以后再试 · "
    "the authority's time stamp was refused, the log says why; it is tried again later",
}


async def renew(world: World, *, dry_run: bool, limit: int | None, as_json: bool) -> bool:
    """Print what became of every record that was due; False where one was not renewed.

    Raises AlreadyRenewingError beside another run, unless this one writes nothing.
    """
    with nullcontext(enter_result=True) if dry_run else world.turn_to_renew() as ours:
        if not ours:
            raise AlreadyRenewingError
        return await _renew(world, dry_run=dry_run, limit=limit, as_json=as_json)


async def _renew(world: World, *, dry_run: bool, limit: int | None, as_json: bool) -> bool:
    counts = dict.fromkeys(Result, 0)
    async for outcome in renew_records(world, dry_run=dry_run, limit=limit):
        counts[outcome.result] += 1
        sys.stdout.write(f"{_object(outcome) if as_json else _line(outcome)}\n")
        sys.stdout.flush()
    done, failed = counts[Result.WOULD_RENEW] + counts[Result.RENEWED], counts[Result.FAILED]
    if not as_json:
        words = RESULTS[Result.WOULD_RENEW if dry_run else Result.RENEWED]
        sys.stderr.write(f"{words}: {done}; {RESULTS[Result.FAILED]}: {failed}\n")
    return failed == 0


def _object(outcome: Outcome) -> str:
    said = {
        "record": outcome.record_id,
        "number": outcome.number,
        "why": outcome.why,
        "result": outcome.result,
        "trouble": outcome.trouble,
        "valid_until": None if outcome.until is None else outcome.until.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False)


def _line(outcome: Outcome) -> str:
    said = f"{outcome.number}: {RESULTS[outcome.result]}（{WHY[outcome.why]}）"
    if outcome.trouble:
        return f"{said}: {TROUBLES.get(outcome.trouble, outcome.trouble)}"
    return f"{said} → {_day(outcome.until)}"


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.date().isoformat()
