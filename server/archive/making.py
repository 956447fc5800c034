"""Makes a record's files and signs them, after a crash just as they were kept before."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from server.archive.cades import sign_detached, signature_in
from server.archive.guide import EXPLAINING
from server.domain.canonical import sha256_hex
from server.domain.container import (
    CONTAINER,
    CONTAINER_MANIFEST,
    CONTAINER_SIGNATURE,
    container_manifest,
)
from server.domain.ids import RecordId
from server.domain.inclusion import kept_inclusion
from server.domain.record import (
    MANIFEST,
    MANIFEST_SIGNATURE,
    RecordParts,
    manifest_bytes,
    manifest_of,
    record_files,
    with_kept_certificates,
)
from server.ports.archive import SignManifest, VerifierTools


def make_files(
    parts: RecordParts, kept: Mapping[str, bytes] | None, explained: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return every file but the manifest. `kept` is the record as it lies in the archive.

    A record written by an older program keeps that program's explanations and stays without
    signers' certificates; one written before there was a checkpoint stays without it.
    """
    if kept is None:
        return record_files(parts, explained)
    old = {name: kept[name] for name in EXPLAINING if name in kept}
    before = with_kept_certificates(replace(parts, inclusion=kept_inclusion(kept)), kept)
    return record_files(before, old)


async def sign_files(
    parts: RecordParts,
    made: Mapping[str, bytes],
    sign: SignManifest,
    kept: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files with their manifest and container, signed by the committee's seal.

    A record that was kept without a container stays without one.
    """
    manifest = await asyncio.to_thread(_manifest, parts, made)
    files = {**made, MANIFEST: manifest, MANIFEST_SIGNATURE: await sign(manifest)}
    if kept is not None and not kept.keys() >= CONTAINER:
        return files
    listed = await asyncio.to_thread(_container, parts.record_id, files)
    certificates = parts.seal_certificate, parts.issuer_certificate
    signed = await sign_detached(listed, *certificates, parts.sealed_at, sign)
    return {**files, CONTAINER_MANIFEST: listed, CONTAINER_SIGNATURE: signed}


def signing_again(
    sign: SignManifest, kept: Mapping[str, bytes] | None, seal: bytes, tools: VerifierTools
) -> SignManifest:
    """Return what signs as before what was signed before; `seal` is the certificate, PEM.

    A key in a token signs the same bytes otherwise each time. A record that was written when
    the server stopped would then seem another one.
    """
    if kept is None:
        return sign
    before, key = _signatures(kept), tools.certificate_key(seal)

    async def signed(message: bytes) -> bytes:
        holding = (one for one in before if tools.check_signature(key, message, one))
        return next(holding, None) or await sign(message)

    return signed


def _signatures(kept: Mapping[str, bytes]) -> list[bytes]:
    found = [kept[MANIFEST_SIGNATURE]] if MANIFEST_SIGNATURE in kept else []
    with suppress(ValueError, TypeError, LookupError):
        found.append(signature_in(kept[CONTAINER_SIGNATURE]))
    return found


def _manifest(parts: RecordParts, made: Mapping[str, bytes]) -> bytes:
    return manifest_bytes(manifest_of(parts, made))


def _container(record_id: RecordId, files: Mapping[str, bytes]) -> bytes:
    digests = {name: sha256_hex(content) for name, content in files.items()}
    return container_manifest(record_id, digests)
