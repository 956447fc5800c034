"""How an operator gives a committee the seal that an authority from outside has certified."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from server.config import Settings
from server.documents.key_home import expect_home
from server.documents.keys import SealRefusedError
from server.documents.outside_key import OutsideKey, keep_outside, read_seal
from server.documents.seals import certificates_in
from server.domain.committee import Committee
from server.domain.suites import P256_SHA256
from server.ports.store import Store, UnitOfWork
from server.setting_forms import SettingsError
from server.signing_keys import expect_master, master, signing_keys
from server.store.keys import in_use
from server.store.store import open_store
from server.system import SystemClock, SystemIds
from server.usecases.record_parts import read_begun


def seal_from(settings: Settings, asked: Namespace) -> str:
    """Do what the command says, and return what came of it; as `take_seal` and SettingsError."""
    if asked.file is None or asked.root is None:
        raise SettingsError(
            "heyi keys seal FILE --root PEM: the PKCS#12 and the authority's root are needed",
            "heyi keys seal 文件 --root 根证书.pem：须给出 PKCS#12 文件和签发机构的根证书",
        )
    password = password_of(asked.file, asked.password_file)
    named = {"root": asked.root, "chain": asked.chain, "whose": asked.committee}
    name, taken = take_seal(settings, asked.file, password, **named)
    return f"{name}: 今后用此证书盖章 · seals with this certificate: {taken.described}"


def take_seal(
    settings: Settings, file: Path, password: str, *, root: Path, chain: Path | None, whose: str
) -> tuple[str, OutsideKey]:
    """Let a committee seal with the key in a PKCS#12 from now on; return its name and the key.

    `whose` is the committee's name or id, needed where there are several. What was sealed
    before keeps its certificate. Raises SealRefusedError, KeysUnavailableError,
    MissingKeyError, and KeyInUseError beside a running server.
    """
    if settings.signature_suite != P256_SHA256:
        raise SealRefusedError(reason="suite")
    beside = certificates_in(_read(chain)) if chain is not None else []
    roots = certificates_in(_read(root))
    if not roots:
        raise SealRefusedError(reason="root_unreadable", file=str(root))
    with in_use(settings.key_folder / "kek", alone=True):
        asyncio.run(expect_master(settings))
        keys = signing_keys(settings)
        expect_home(keys)
        committee = asyncio.run(_committee(settings, whose))
        taken = read_seal(_read(file), password, beside, roots, SystemClock().now())
        keep_outside(keys, committee.id, taken)
    return committee.name, taken


def password_of(file: Path, kept: Path | None) -> str:
    """Return the password of a PKCS#12: what a file holds, or what is typed or piped in."""
    if kept is not None:
        return _read(kept).decode().rstrip("\r\n")
    if sys.stdin.isatty():
        return getpass(f"{file} 的密码 · password: ")
    return sys.stdin.readline().rstrip("\r\n")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SealRefusedError(reason="unreadable", file=str(file)) from error


async def _committee(settings: Settings, whose: str) -> Committee:
    store = await open_store(settings.database, master(settings), SystemIds())
    try:
        return await ready(store, whose)
    finally:
        await store.close()


async def ready(store: Store, whose: str) -> Committee:
    """Return the committee that was meant, once none of its seals is half done."""
    async with store.read() as uow:
        every = await uow.committees.all()
        meant = [one for one in every if whose in {"", one.id, one.name}]
        if len(meant) != 1:
            raise SealRefusedError(reason="committee", committees=_names(every))
        if await _half_sealed(uow):
            raise SealRefusedError(reason="waiting")
    return meant[0]


def _names(every: Sequence[Committee]) -> str:
    return "、".join(one.name for one in every)


async def _half_sealed(uow: UnitOfWork) -> bool:
    """Return whether a PDF is sealed whose record has yet to be signed with the same seal."""
    for case in await uow.agreements.sealing():
        begun = await read_begun(uow, case)
        if begun is not None and (begun.sealed or begun.seal.suite != P256_SHA256):
            return True
    return False
