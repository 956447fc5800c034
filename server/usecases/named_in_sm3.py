"""Tells in SM3 too what a consent statement names by SHA-256 and this server holds."""

from dataclasses import replace

from server.domain.agreement import Locked
from server.domain.canonical import sm3_hex
from server.domain.consent_statement import ConsentStatement
from server.usecases.world import World


async def named_in_sm3(
    world: World, said: ConsentStatement, locked: Locked, key: bytes
) -> ConsentStatement:
    """Return the statement with SM3 of the locked text, of its PDF and of the signer's SPKI."""
    async with world.store.read() as uow:
        text, pdf = [await uow.files.content(one) for one in (locked.document, locked.pdf)]
    return replace(
        said,
        agreement_sm3=sm3_hex(text),
        pdf_sm3=await world.pool.run(sm3_hex, pdf),
        key_sm3=sm3_hex(key),
    )
