"""Takes a record apart for judging: manifest, seal, and each signer's evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.archive.attestations import (
    Attested,
    attestations,
    attested_lines,
    der_in,
    named_by,
    names_text,
    signer_fact,
)
from server.domain.canonical import sha256_hex
from server.domain.consent_statement import ConsentStatement, read_statement
from server.domain.errors import InvalidValueError
from server.domain.record import (
    AGREEMENT,
    CERTIFICATE,
    MANIFEST,
    PDF,
    SEAL_CERTIFICATE,
    Manifest,
    read_manifest,
    signature_folder,
)
from server.domain.record_form import one_form
from server.domain.renewal import whole_pdf
from server.domain.verification import SignerFact
from server.ports.archive import VerifierTools
from server.ports.inspection import PdfFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signer's evidence, judged. `bad` are the files that make it fail."""

    signer_id: str
    statement: ConsentStatement | None
    statement_name: str
    same_text: bool
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A record taken apart. Missing files read as empty.

    `pdf` is of the sealed file with everything that renewals appended; `at` is now.
    """

    files: Mapping[str, bytes]
    manifest: Manifest
    tools: VerifierTools
    anchors: Sequence[bytes]
    pdf: PdfFacts
    agreement: Mapping[str, object]
    signed: tuple[Signed, ...]
    attested: tuple[Attested, ...]
    seal_key: bytes
    at: datetime | None = None

    def content(self, name: str) -> bytes:
        """Return a file's bytes, empty when it is missing."""
        return self.files.get(name, b"")

    @property
    def locked_sha256(self) -> str:
        """Return the digest of the locked PDF inside the sealed one."""
        return sha256_hex(_text(self.files, self.manifest)[1])

    @property
    def earlier(self) -> bool:
        """Return whether the PDF is of the earlier form: the seal is its only signature.

        That no newer record passes as one rests on what its signers signed: the statement
        names the locked PDF, whose own first signature, the certification, no cut removes
        without changing that digest (`same_text`) and the manifest's (`intact`).
        """
        return self.pdf.earlier

    @property
    def sealed_at(self) -> datetime | None:
        """Return the time stamp's time; in the earlier form, without one, the manifest's."""
        return self.manifest.sealed_at if self.earlier else self.pdf.signed_at

    @property
    def lock_head(self) -> str:
        """Return the log's head as printed on the agreement."""
        return str(self.agreement.get("log_head", ""))

    @property
    def expected_signers(self) -> dict[str, str]:
        """Return whom the agreement wants to sign: id to name."""
        return expected_signers(self.agreement)

    @property
    def signers(self) -> tuple[SignerFact, ...]:
        """Return each signer with whether the evidence holds, in the agreement's order."""
        suites = {one.field: one.suite for one in self.pdf.each}
        by_key = [_signer(signed, self.expected_signers, suites) for signed in self.signed]
        lines = attested_lines(self.content(AGREEMENT))
        seen = [signer_fact(line, self.attested) for line in lines]
        order = list(self.expected_signers)
        return tuple(sorted((*seen, *by_key), key=lambda one: _place(order, one.signer_id)))


def gather(
    files: Mapping[str, bytes],
    tools: VerifierTools,
    anchors: Sequence[bytes],
    at: datetime | None = None,
) -> Evidence:
    """Return the evidence. Raises InvalidValueError when there is no readable manifest."""
    manifest = read_manifest(files.get(MANIFEST, b""))
    pdf = tools.inspect(whole_pdf(files), manifest.locked_pdf_size, anchors)
    return Evidence(
        files=files,
        manifest=manifest,
        tools=tools,
        anchors=anchors,
        pdf=pdf,
        agreement=object_in(files.get(AGREEMENT, b"")),
        signed=tuple(_signed(files, manifest, tools, who) for who in manifest.signers),
        attested=attestations(files, tools.check_signature, _text(files, manifest)),
        seal_key=_seal_key(files, tools),
        at=at,
    )


def other_certificates(evidence: Evidence) -> list[str]:
    """Return the signers' certificates that are not those of their signatures in the PDF."""
    inside = {one.field: one.certificate_sha256 for one in evidence.pdf.each}
    beside = {who: f"{signature_folder(who)}/{CERTIFICATE}" for who in evidence.manifest.signers}
    return [
        name
        for who, name in beside.items()
        if name in evidence.files
        and sha256_hex(der_in(evidence.content(name))) != inside.get(f"sign:{who}")
    ]


def _place(order: Sequence[str], signer: str) -> int:
    return order.index(signer) if signer in order else len(order)


def _signed(
    files: Mapping[str, bytes], manifest: Manifest, tools: VerifierTools, who: str
) -> Signed:
    folder = signature_folder(who)
    name = f"{folder}/statement.json"
    content = files.get(name, b"")
    try:
        statement = read_statement(content)
    except InvalidValueError:
        return Signed(
            signer_id=who, statement=None, statement_name=name, same_text=False, bad=(name,)
        )
    return Signed(
        signer_id=who,
        statement=statement,
        statement_name=name,
        same_text=names_text(statement, _text(files, manifest)),
        bad=tuple(_bad_parts(files, tools, folder, who, statement)),
    )


def _bad_parts(
    files: Mapping[str, bytes],
    tools: VerifierTools,
    folder: str,
    who: str,
    statement: ConsentStatement,
) -> list[str]:
    content = {
        name: files.get(f"{folder}/{name}", b"")
        for name in ("statement.json", "signature.bin", "public_key.pem")
    }
    key = der_in(content["public_key.pem"])
    bad = {
        "statement.json": statement.signer_id != who,
        "public_key.pem": not named_by(statement.key_sha256, statement.key_sm3, key),
        "signature.bin": not tools.check_signature(
            key, content["statement.json"], content["signature.bin"]
        ),
    }
    pictured = {
        "handwriting.png": (statement.handwriting_sha256, statement.handwriting_sm3),
        "strokes.json": (statement.strokes_sha256, statement.strokes_sm3),
    }
    for name, said in pictured.items():
        found = files.get(f"{folder}/{name}")
        bad[name] = said != (None, None) if found is None else not named_by(*said, found)
    return [f"{folder}/{name}" for name, is_bad in bad.items() if is_bad]


def _text(files: Mapping[str, bytes], manifest: Manifest) -> tuple[bytes, bytes]:
    return files.get(AGREEMENT, b""), files.get(PDF, b"")[: manifest.locked_pdf_size]


def _signer(signed: Signed, expected: Mapping[str, str], suites: Mapping[str, str]) -> SignerFact:
    statement = signed.statement
    return SignerFact(
        signer_id=signed.signer_id,
        name=expected.get(signed.signer_id, ""),
        role=statement.role if statement else "",
        signed_at=statement.at if statement else None,
        key_control=statement.key_control if statement else "",
        holds=not signed.bad and signed.same_text,
        suite=suites.get(f"sign:{signed.signer_id}", ""),
    )


def officials(agreement: Mapping[str, object]) -> tuple[str, ...]:
    """Return who signs for the committee, in the order of the law."""
    named = (agreement.get(role) for role in ("mediator", "recorder"))
    return tuple(str(one.get("signer_id")) for one in named if isinstance(one, dict))


def expected_signers(agreement: Mapping[str, object]) -> dict[str, str]:
    """Return whom an agreement wants to sign: id to name."""
    try:
        parties = [s for party in agreement["parties"] for s in party["signers"]]  # type: ignore[attr-defined]
        staff = [agreement[role] for role in ("mediator", "recorder") if agreement[role]]
        return {str(s["signer_id"]): str(s["name"]) for s in (*parties, *staff)}
    except (KeyError, TypeError):
        return {}


def object_in(content: bytes) -> Mapping[str, object]:
    """Return the JSON object in its one form; empty for anything else."""
    found = one_form(content)
    return found if isinstance(found, dict) else {}


def _seal_key(files: Mapping[str, bytes], tools: VerifierTools) -> bytes:
    try:
        return tools.certificate_key(files.get(SEAL_CERTIFICATE, b""))
    except InvalidValueError:
        return b""
