"""Tells in SM3 too what a statement names by SHA-256 and this server holds."""

from dataclasses import replace
from typing import TypeVar

from server.domain.agreement import Agreement, Locked
from server.domain.attested import AttestedStatement
from server.domain.canonical import sm3_hex
from server.domain.consent_statement import ConsentStatement
from server.domain.ids import FileId
from server.usecases.world import World

Said = TypeVar("Said", ConsentStatement, AttestedStatement)


async def named_in_sm3(world: World, said: Said, locked: Locked, key: bytes) -> Said:
    """Return the statement with SM3 of the locked text, of its PDF and of the signer's SPKI."""
    async with world.store.read() as uow:
        text, pdf = [await uow.files.content(one) for one in (locked.document, locked.pdf)]
    return replace(
        said,
        agreement_sm3=sm3_hex(text),
        pdf_sm3=await world.pool.run(sm3_hex, pdf),
        key_sm3=sm3_hex(key),
    )


async def scans_in_sm3(world: World, agreement: Agreement) -> dict[FileId, str | None]:
    """Return SM3 of each file that the signed paper came in."""
    found: dict[FileId, str | None] = {}
    for one in {scan.file for scan in agreement.paper}:
        async with world.store.read() as uow:
            content = await uow.files.content(one)
        found[one] = await world.pool.run(sm3_hex, content)
    return found


def beside(name: str, digest: str | None) -> dict[str, str]:
    """Return the member that tells a digest in SM3, none where there is none."""
    return {} if digest is None else {name: digest}
