"""A record, another of the same committee, and somebody who has neither key."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.archive.guide import guide
from server.documents.key_files import FileKeys
from server.documents.signatures import make_signature
from server.documents.typesetting import typeset
from server.domain.agreement_document import AgreementDocument
from server.domain.record import (
    MANIFEST,
    MANIFEST_SIGNATURE,
    RecordParts,
    RecordSignature,
    manifest_bytes,
    manifest_of,
    record_files,
)
from server.ports.documents import KeyRef, LockedPdf
from tests.archive.attacks.forging import ATTACKS, Scene
from tests.archive.example import HEXI, Files, Office, document, record_parts, signed_on_phone
from tests.support.signers import signer_ids


@pytest.fixture(scope="session")
def stranger(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("stranger") / "keys"
    return Office(FileKeys(folder, b"s" * 32), office.fonts)


@pytest.fixture(scope="session")
def foreign(stranger: Office) -> tuple[Files, RecordParts]:
    """Return a whole record of a stranger's, with his own root."""
    return sealed(record_parts(stranger), stranger)


@pytest.fixture(scope="session")
def scene(
    files: Files,
    parts: RecordParts,
    foreign: tuple[Files, RecordParts],
    office: Office,
    stranger: Office,
) -> Scene:
    text = document()
    newer, locked = replace(text, text_version=2), typeset(text, office.fonts)
    other = signed_by_all(newer, typeset(newer, office.fonts))
    reprint = signed_by_all(text, replace(locked, pdf_sha256="0" * 64))
    return Scene(
        files=files,
        foreign=foreign[0],
        other=sealed(replace(parts, signatures=other), office)[0],
        reprint=sealed(replace(parts, signatures=reprint), office)[0],
        office=office,
        stranger=stranger,
    )


@pytest.fixture(scope="session")
def forged(scene: Scene) -> dict[str, dict[str, bytes]]:
    return {name: one.forge(scene) for name, one in ATTACKS.items()}


def signed_by_all(text: AgreementDocument, locked: LockedPdf) -> tuple[RecordSignature, ...]:
    return tuple(
        signed_on_phone(text, locked, who, n, ec.generate_private_key(ec.SECP256R1()))
        for n, who in enumerate(signer_ids(text))
    )


def sealed(
    parts: RecordParts, office: Office, explained: Mapping[str, bytes] | None = None
) -> tuple[Files, RecordParts]:
    """Return the files of a record as its committee signs them; `explained` in place of ours."""
    made = record_files(parts, guide() if explained is None else explained)
    manifest = manifest_bytes(manifest_of(parts, made))
    signed = make_signature(office.keys, KeyRef(committee_id=HEXI), manifest).signature
    return Files({**made, MANIFEST: manifest, MANIFEST_SIGNATURE: signed}), parts


@pytest.fixture(scope="session")
def anchor(parts: RecordParts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the committee's own issuer certificate, as learnt elsewhere."""
    path = tmp_path_factory.mktemp("anchor") / "issuer.pem"
    path.write_bytes(parts.issuer_certificate)
    return path
