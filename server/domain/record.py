"""What is sealed: the files of a record and the manifest that names them all.

A record is a folder of plain files that needs no program of ours to be read. Its
manifest holds SHA-256, SM3 and size of every file and is signed by the committee.
"""

import base64
import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from server.domain.canonical import canonical_json, sha256_hex, sm3_hex
from server.domain.errors import DomainError, InvalidValueError
from server.domain.ids import CaseId, CommitteeId, RecordId
from server.domain.inclusion import LogInclusion, inclusion_files
from server.domain.reading import read_moment
from server.domain.record_form import PLAIN, one_form
from server.domain.session_log import GENESIS, Entry

FORMAT = 1
MANIFEST, MANIFEST_SIGNATURE, SUMS = "manifest.json", "manifest.sig", "SHA256SUMS"
PDF, AGREEMENT, LOG = "agreement.pdf", "agreement.json", "log.jsonl"
CONSENTS, IDENTITY, RECORDINGS = "consents.json", "identity.json", "recordings/"
ATTESTED, CERTIFICATE, HANDWRITING = "attested", "certificate.pem", "handwriting.png"
SEAL_CERTIFICATE, ISSUER_CERTIFICATE = "trust/seal.pem", "trust/issuer.pem"
PDF_SEAL_CERTIFICATE, PDF_SEAL_ISSUER = "trust/pdf-seal.pem", "trust/pdf-seal-issuer.pem"
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----\n([A-Za-z0-9+/=\n]+)-----END \1-----\n")
UNLISTED = frozenset({MANIFEST, MANIFEST_SIGNATURE})  # a manifest cannot name itself


class RecordExistsError(DomainError):
    """A record with this id holds other bytes; sealed records are written once."""

    code = "record_exists"
    machine = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSignature:
    """One signer's evidence: exact statement, DER signature, DER SPKI, pictures.

    `certificate` is the one of that person's signature in the PDF, PEM.
    """

    signer_id: str
    statement: bytes = field(repr=False)
    signature: bytes
    public_key: bytes
    handwriting: bytes | None = field(default=None, repr=False)
    strokes: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAttestation:
    """What staff attested about others' signatures: as a signer's evidence, by purpose."""

    purpose: str
    statement: bytes = field(repr=False)
    signature: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordParts:
    """Everything a record keeps.

    `locked_size` is the length of the locked PDF inside the sealed one. `consents` and
    `identity` are JSON values with masked numbers. Certificates are PEM. `inclusion` is None
    where no checkpoint held the log in time. `recordings` are manifests of what was recorded, by
    recording: the media stay outside. `paper` are scans by their names in the record. `pdf_seal`
    are the PDF's seal certificate and its issuer's where the manifest's seal is another one.
    """

    record_id: RecordId
    committee_id: CommitteeId
    committee_name: str
    case_id: CaseId
    number: str
    sealed_at: datetime
    effective_on: date
    pdf: bytes = field(repr=False)
    locked_size: int
    agreement: bytes = field(repr=False)
    signatures: tuple[RecordSignature, ...]
    consents: object = field(repr=False)
    identity: object = field(repr=False)
    log: tuple[Entry, ...]
    seal_certificate: bytes
    issuer_certificate: bytes
    pdf_seal: tuple[bytes, bytes] | None = None
    inclusion: LogInclusion | None = None
    recordings: Mapping[str, bytes] = field(default_factory=dict)
    attestations: tuple[RecordAttestation, ...] = ()
    paper: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """A file as the manifest names it; `sm3` is None where it could not be computed."""

    sha256: str
    sm3: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a record is and every file in it but the manifest and its signature."""

    record_id: str
    committee_id: str
    committee_name: str
    case_id: str
    number: str
    sealed_at: datetime
    effective_on: date
    agreement_sha256: str
    locked_pdf_size: int
    locked_pdf_sha256: str
    log_head: str
    signers: tuple[str, ...]
    files: Mapping[str, FileDigest]


def record_files(parts: RecordParts, guide: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return every file of the record but the manifest, by relative path.

    `guide` are the files that explain the format. Equal parts give equal files.
    """
    files = {
        PDF: parts.pdf,
        AGREEMENT: parts.agreement,
        LOG: log_lines(parts.log),
        CONSENTS: canonical_json(parts.consents),
        IDENTITY: canonical_json(parts.identity),
        SEAL_CERTIFICATE: parts.seal_certificate,
        ISSUER_CERTIFICATE: parts.issuer_certificate,
        **_pdf_seal_files(parts.pdf_seal),
        **inclusion_files(parts.inclusion),
        **{recording_manifest(one): content for one, content in parts.recordings.items()},
        **parts.paper,
        **guide,
    }
    for signature in parts.signatures:
        files.update(_signature_files(signature))
    for number, attestation in enumerate(parts.attestations, start=1):
        files.update(_attestation_files(number, attestation))
    return {**files, SUMS: _sums(files)}


def with_kept_certificates(parts: RecordParts, kept: Mapping[str, bytes]) -> RecordParts:
    """Return the parts without signers' certificates that the files of a record lack."""
    signatures = tuple(
        one if f"{signature_folder(one.signer_id)}/{CERTIFICATE}" in kept else _uncertified(one)
        for one in parts.signatures
    )
    return replace(parts, signatures=signatures)


def manifest_of(parts: RecordParts, files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest that names `files`."""
    return Manifest(
        record_id=parts.record_id,
        committee_id=parts.committee_id,
        committee_name=parts.committee_name,
        case_id=parts.case_id,
        number=parts.number,
        sealed_at=parts.sealed_at,
        effective_on=parts.effective_on,
        agreement_sha256=sha256_hex(parts.agreement),
        locked_pdf_size=parts.locked_size,
        locked_pdf_sha256=sha256_hex(parts.pdf[: parts.locked_size]),
        log_head=parts.log[-1].hash if parts.log else GENESIS,
        signers=tuple(s.signer_id for s in parts.signatures),
        files={name: file_digest(content) for name, content in files.items()},
    )


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the RFC 8785 bytes that the committee signs."""
    named = {
        n: {"sha256": d.sha256, "sm3": d.sm3, "size": d.size} for n, d in manifest.files.items()
    }
    plain = {name: getattr(manifest, name) for name in Manifest.__slots__ if name != "files"}
    plain["sealed_at"] = _moment(manifest.sealed_at)
    plain["effective_on"] = manifest.effective_on.isoformat()
    return canonical_json({"v": FORMAT, **plain, "files": named})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def told_by_seal(
    *, number: str, committee_name: str, sealed_at: datetime, consents: object, identity: object
) -> dict[str, str]:
    """Return what the log's `seal.applied` tells of a record, as the record itself writes it.

    No signer signs these. The log is in a tree that others keep, so that not even who holds the
    seal's key can put others in their place unseen.
    """
    return {
        "number": number,
        "committee_name": committee_name,
        "sealed_at": _moment(sealed_at),
        "consents_sha256": sha256_hex(canonical_json(consents)),
        "identity_sha256": sha256_hex(canonical_json(identity)),
    }


def told_in_manifest(manifest: Manifest) -> dict[str, str]:
    """Return what of the above stands in the manifest."""
    return {
        "number": manifest.number,
        "committee_name": manifest.committee_name,
        "sealed_at": _moment(manifest.sealed_at),
    }


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest in `content`; InvalidValueError when it is none of ours."""
    try:
        found: dict[str, Any] = one_form(content)
        found.pop("v")
        well_typed = _well_typed(found)
        found["files"] = {name: FileDigest(**d) for name, d in found["files"].items()}
        found["signers"] = tuple(found["signers"])
        found["sealed_at"] = read_moment(found["sealed_at"])
        found["effective_on"] = date.fromisoformat(found["effective_on"])
        manifest = Manifest(**found)
        each_once = len(set(manifest.signers)) == len(manifest.signers)
        whole = well_typed and each_once and manifest_bytes(manifest) == content
    except (AttributeError, KeyError, TypeError, ValueError, DomainError) as error:
        raise InvalidValueError(field="manifest", reason="not_a_manifest") from error
    if not whole:
        raise InvalidValueError(field="manifest", reason="not_canonical")
    return manifest


def signature_folder(signer_id: str) -> str:
    """Return the folder of one signer; identifiers are percent-encoded (RFC 3986)."""
    return f"signatures/{quote(signer_id, safe='')}"


def recording_manifest(recording: str) -> str:
    """Return the file that holds a recording's manifest."""
    return f"{RECORDINGS}{quote(recording, safe='')}.jsonl"


def file_digest(content: bytes) -> FileDigest:
    """Return what a manifest says about `content`."""
    return FileDigest(sha256=sha256_hex(content), sm3=sm3_hex(content), size=len(content))


def log_lines(entries: tuple[Entry, ...]) -> bytes:
    """Return the session log, one canonical JSON object a line, oldest first."""
    return b"".join(_log_line(entry) + b"\n" for entry in entries)


def read_log(content: bytes, case_id: CaseId) -> tuple[Entry, ...]:
    """Return the entries in `content`; InvalidValueError when a line is none.

    Neither is one of another form than ours: what is read is what was hashed.
    """
    try:
        lines = content.decode().split("\n")[:-1]
        found = tuple(_entry(one_form(line), case_id) for line in lines)
        whole = log_lines(found) == content
    except (KeyError, TypeError, ValueError, DomainError) as error:
        raise InvalidValueError(field="log", reason="not_a_log") from error
    if not whole:
        raise InvalidValueError(field="log", reason="not_canonical")
    return found


def public_key_pem(spki: bytes) -> bytes:
    """Return a DER SPKI as PEM (RFC 7468), which OpenSSL reads."""
    return b"-----BEGIN PUBLIC KEY-----\n%b-----END PUBLIC KEY-----\n" % _lines_of(spki)


def pem_body(pem: bytes) -> bytes:
    """Return the DER inside a PEM; InvalidValueError when there is none.

    Strictly: one block, nothing around it, lines of 64 characters that end in LF (RFC 7468, 3).
    """
    found = _PEM.fullmatch(pem)
    try:
        der = base64.b64decode(found[2].replace(b"\n", b""), validate=True) if found else b""
    except ValueError as error:
        raise InvalidValueError(field="pem", reason="not_pem") from error
    if found is None or _lines_of(der) != found[2]:
        raise InvalidValueError(field="pem", reason="not_pem")
    return der


def _lines_of(der: bytes) -> bytes:
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "".join(f"{line}\n" for line in lines).encode()


def _well_typed(found: dict[str, Any]) -> bool:
    lists = {"files", "signers", "locked_pdf_size"}
    texts = [value for name, value in found.items() if name not in lists]
    size, named = found["locked_pdf_size"], (found["record_id"], *found["signers"])
    return (
        all(isinstance(text, str) for text in (*texts, *named))
        and all(re.fullmatch(PLAIN, name) for name in named)
        and type(size) is int
        and size >= 0
    )


def _pdf_seal_files(certificates: tuple[bytes, bytes] | None) -> dict[str, bytes]:
    names = (PDF_SEAL_CERTIFICATE, PDF_SEAL_ISSUER)
    return dict(zip(names, certificates, strict=True)) if certificates else {}


def _signature_files(signature: RecordSignature) -> dict[str, bytes]:
    folder = signature_folder(signature.signer_id)
    optional = {
        CERTIFICATE: signature.certificate,
        HANDWRITING: signature.handwriting,
        "strokes.json": signature.strokes,
    }
    return {
        f"{folder}/statement.json": signature.statement,
        f"{folder}/signature.bin": signature.signature,
        f"{folder}/public_key.pem": public_key_pem(signature.public_key),
        **{f"{folder}/{name}": content for name, content in optional.items() if content},
    }


def _uncertified(signature: RecordSignature) -> RecordSignature:
    return replace(signature, certificate=None)


def _attestation_files(number: int, given: RecordAttestation) -> dict[str, bytes]:
    folder = f"{ATTESTED}/{number:02d}-{given.purpose}"
    return {
        f"{folder}/statement.json": given.statement,
        f"{folder}/signature.bin": given.signature,
        f"{folder}/public_key.pem": public_key_pem(given.public_key),
    }


def _sums(files: Mapping[str, bytes]) -> bytes:
    return sums_of({name: sha256_hex(content) for name, content in files.items()})


def sums_of(digests: Mapping[str, str]) -> bytes:
    """Return the list that `sha256sum -c` reads, by name."""
    return "".join(f"{one}  {name}\n" for name, one in sorted(digests.items())).encode()


def _log_line(entry: Entry) -> bytes:
    body = json.loads(entry.body)
    if canonical_json(body) != entry.body.encode():
        raise InvalidValueError(field="log", reason="not_canonical")
    beside = {} if entry.sm3 is None else {"sm3": entry.sm3}
    return canonical_json({"body": body, "hash": entry.hash, "prev": entry.prev, **beside})


def _entry(line: dict[str, Any], case_id: CaseId) -> Entry:
    body = canonical_json(line["body"]).decode()
    seq, prev, own, sm3 = line["body"]["seq"], line["prev"], line["hash"], line.get("sm3")
    ended = body.endswith(f',"seq":{seq},"v":{FORMAT}}}')
    digests = (prev, own) if sm3 is None else (prev, own, sm3)
    if not ended or not all(re.fullmatch("[0-9a-f]{64}", one) for one in digests):
        raise InvalidValueError(field="log", reason="not_canonical")
    return Entry(case_id, seq, body, prev, own, sm3)
