"""What somebody does to a record: from outside, or from inside with the committee's own key."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.documents.certificates import certificates
from server.documents.signatures import make_signature, server_key
from server.domain.canonical import canonical_json
from server.domain.checkpoint import checkpoint_text, note_of
from server.domain.container import CONTAINER_MANIFEST, CONTAINER_SIGNATURE
from server.domain.inclusion import CHECKPOINT, LOG_KEY as KEY_FILE, PROOFS, STAMP_ROOT
from server.domain.record import (
    AGREEMENT,
    ISSUER_CERTIFICATE,
    LOG,
    MANIFEST,
    PDF,
    SEAL_CERTIFICATE,
    manifest_bytes,
    public_key_pem,
    read_manifest,
)
from server.domain.tree import Head
from server.ports.documents import LOG_KEY
from tests.archive.example import HEXI, Office
from tests.archive.test_verifier import contained, resigned
from tests.documents.example import SEALED_AT
from tests.documents.test_sealing import painted_over

Files = dict[str, bytes]
CHEN, LIN, SU = "signatures/person-chen", "signatures/person-lin", "signatures/staff-su"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A record, two more with the same people's signatures, and a stranger's keys.

    In `other` they signed the next version of the text, in `reprint` another PDF of this one.
    `foreign` is a whole record of the stranger's, of the same text.
    """

    files: Files
    foreign: Files
    other: Files
    reprint: Files
    office: Office
    stranger: Office


Forge = Callable[[Scene], Files]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A forgery and what each judge has to find; None: what `heyi verify` finds."""

    forge: Forge
    heyi: frozenset[str]
    page: frozenset[str] | None = None
    shell: frozenset[str] | None = None


ATTACKS: dict[str, Attack] = {}
NOT_BY_SHELL = frozenset({"archive_stamp"})

OVERLAID = {"seal", "intact", "only_blanks_filled"}


def attack(
    *heyi: str, page: set[str] | None = None, shell: set[str] | None = None
) -> Callable[[Forge], Forge]:
    """Keep a forgery with what `heyi verify` finds; the others find it too unless told."""

    def keep(forge: Forge) -> Forge:
        ATTACKS[forge.__name__] = Attack(
            forge=forge,
            heyi=frozenset(heyi),
            page=None if page is None else frozenset(page),
            shell=None if shell is None else frozenset(shell),
        )
        return forge

    return keep


def inside(forge: Forge) -> Forge:
    """Let whoever holds the seal's key list and sign the forgery anew."""

    def signed(scene: Scene) -> Files:
        return resigned(forge(scene), scene.office)

    signed.__name__ = forge.__name__
    return signed


# ------------------------------------------------------------------- somebody who got the package


@attack(
    "seal",
    "archive_stamp",
    "pdf_signatures",
    "only_blanks_filled",
    "intact",
    page=OVERLAID,
    shell=OVERLAID,
)
def overlay_on_a_page(scene: Scene) -> Files:
    return {**scene.files, PDF: painted_over(scene.files[PDF])}


@attack(
    "log_tells",
    "intact",
    "attachment",
    "same_text",
    "everybody_signed",
    shell={"log_tells", "intact", "attachment", "same_text"},
)
def exchanged_agreement(scene: Scene) -> Files:
    return {**scene.files, AGREEMENT: cheaper(scene.files[AGREEMENT])}


@attack("log_tells", "complete")
def file_put_in(scene: Scene) -> Files:
    return {**scene.files, "recordings/another.jsonl": scene.files[ISSUER_CERTIFICATE]}


@attack("log_tells", "complete", shell={"log_tells", "intact", "complete"})
def file_taken_out(scene: Scene) -> Files:
    return {name: content for name, content in scene.files.items() if name != "identity.json"}


@attack("log_tells", "manifest_signed", "container")
def manifest_of_another_date(scene: Scene) -> Files:
    manifest = replace(read_manifest(scene.files[MANIFEST]), number="湖禾人调字〔2025〕第018号")
    return {**scene.files, MANIFEST: manifest_bytes(manifest)}


@attack("manifest_signed", "container")
def manifest_signed_by_a_stranger(scene: Scene) -> Files:
    return resigned(scene.files, scene.stranger)


@attack(
    "seal_chain",
    shell={"certificate"},
)
def seal_of_a_stranger(scene: Scene) -> Files:
    seal, issuer = certificates(scene.stranger.keys, HEXI, SEALED_AT)
    forged = {**scene.files, SEAL_CERTIFICATE: seal, ISSUER_CERTIFICATE: issuer}
    return resigned(forged, scene.stranger)


@attack("seal_chain", shell={"certificate"})
@inside
def issuer_that_issued_nothing(scene: Scene) -> Files:
    _, issuer = certificates(scene.stranger.keys, HEXI, SEALED_AT)
    return {**scene.files, ISSUER_CERTIFICATE: issuer}


@attack("container")
def container_of_other_digests(scene: Scene) -> Files:
    listed = scene.files[CONTAINER_MANIFEST]
    at = listed.index(b"<ds:DigestValue>") + 20
    return {**scene.files, CONTAINER_MANIFEST: listed[:at] + b"AAAA" + listed[at + 4 :]}


@attack("container")
def container_signed_by_a_stranger(scene: Scene) -> Files:
    theirs = contained(scene.files, read_manifest(scene.files[MANIFEST]), scene.stranger)
    return {**scene.files, CONTAINER_SIGNATURE: theirs[CONTAINER_SIGNATURE]}


@attack("container")
def container_of_another_record(scene: Scene) -> Files:
    manifest = replace(read_manifest(scene.files[MANIFEST]), record_id="record-18")
    return contained(scene.files, manifest, scene.office)


# ------------------------------------------------------------- somebody who holds the seal's key


@attack(
    "seal",
    "archive_stamp",
    "pdf_signatures",
    "only_blanks_filled",
    page={"seal", "only_blanks_filled"},
    shell={"seal", "only_blanks_filled"},
)
@inside
def overlay_listed_anew(scene: Scene) -> Files:
    return overlay_on_a_page(scene)


@attack("complete")
@inside
def agreement_under_another_name(scene: Scene) -> Files:
    return {**scene.files, "agreement-final.pdf": scene.foreign[PDF]}


@attack(
    "log_tells",
    "attachment",
    "same_text",
    "everybody_signed",
    shell={"log_tells", "attachment", "same_text"},
)
@inside
def agreement_listed_anew(scene: Scene) -> Files:
    return exchanged_agreement(scene)


@attack("signatures", "everybody_signed", shell={"signatures"})
@inside
def signatures_swapped(scene: Scene) -> Files:
    one, other = f"{CHEN}/signature.bin", f"{LIN}/signature.bin"
    return {**scene.files, one: scene.files[other], other: scene.files[one]}


@attack("signatures", "pdf_signatures", "everybody_signed", shell={"signatures", "pdf_signatures"})
@inside
def signers_swapped(scene: Scene) -> Files:
    swapped = dict(scene.files)
    for name in ("statement.json", "signature.bin", "public_key.pem", "certificate.pem"):
        swapped[f"{CHEN}/{name}"] = scene.files[f"{LIN}/{name}"]
        swapped[f"{LIN}/{name}"] = scene.files[f"{CHEN}/{name}"]
    return swapped


@attack(
    "log_tells",
    "same_text",
    "pdf_signatures",
    "everybody_signed",
    shell={"log_tells", "same_text", "pdf_signatures"},
)
@inside
def signature_replayed_from_another_text(scene: Scene) -> Files:
    return {**scene.files, **{n: c for n, c in scene.other.items() if n.startswith(CHEN)}}


@attack(
    "log_tells",
    "same_text",
    "pdf_signatures",
    "everybody_signed",
    shell={"log_tells", "same_text", "pdf_signatures"},
)
@inside
def signature_replayed_from_another_pdf(scene: Scene) -> Files:
    return {**scene.files, **{n: c for n, c in scene.reprint.items() if n.startswith(CHEN)}}


@attack("signatures", "everybody_signed", shell={"signatures"})
@inside
def statement_moved_to_this_text(scene: Scene) -> Files:
    """The other text's signature, under a statement that names this one."""
    statement = scene.files[f"{CHEN}/statement.json"]
    return {**signature_replayed_from_another_text(scene), f"{CHEN}/statement.json": statement}


@attack("signatures", "everybody_signed", shell={"signatures"})
@inside
def key_exchanged(scene: Scene) -> Files:
    """A statement signed with another key than it names."""
    name, statement = f"{CHEN}/public_key.pem", scene.files[f"{CHEN}/statement.json"]
    made = make_signature(scene.stranger.keys, LOG_KEY, statement)
    key = public_key_pem(made.public_key)
    return {**scene.files, name: key, f"{CHEN}/signature.bin": made.signature}


@attack("signatures", "everybody_signed", shell={"signatures"})
@inside
def handwriting_of_another(scene: Scene) -> Files:
    name = "handwriting.png"
    return {**scene.files, f"{CHEN}/{name}": scene.files[f"{LIN}/{name}"]}


@attack("signatures", "everybody_signed", shell={"signatures"})
@inside
def handwriting_taken_out(scene: Scene) -> Files:
    return {n: c for n, c in scene.files.items() if n != f"{CHEN}/handwriting.png"}


@attack("pdf_signatures")
@inside
def certificate_of_another(scene: Scene) -> Files:
    name = "certificate.pem"
    return {**scene.files, f"{CHEN}/{name}": scene.files[f"{LIN}/{name}"]}


@attack("pdf_signatures")
@inside
def certificate_that_is_none(scene: Scene) -> Files:
    return {**scene.files, f"{CHEN}/certificate.pem": b"no certificate"}


@attack("everybody_signed", "pdf_signatures")
@inside
def signer_taken_out(scene: Scene) -> Files:
    rest = {n: c for n, c in scene.files.items() if not n.startswith(SU)}
    manifest = read_manifest(rest[MANIFEST])
    left = tuple(who for who in manifest.signers if who != "staff-su")
    return {**rest, MANIFEST: manifest_bytes(replace(manifest, signers=left))}


def _log(scene: Scene, bend: Callable[[list[bytes]], list[bytes]]) -> Files:
    lines = bend(scene.files[LOG].splitlines(keepends=True))
    return {**scene.files, LOG: b"".join(lines)}


@attack("log_chain", "log_included")
@inside
def log_row_taken_out(scene: Scene) -> Files:
    return _log(scene, lambda rows: [*rows[:1], *rows[2:]])


@attack("log_chain", "log_included")
@inside
def log_rows_reordered(scene: Scene) -> Files:
    return _log(scene, lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])


@attack("log_tells", "log_chain", "log_included")
@inside
def log_cut_short(scene: Scene) -> Files:
    return _log(scene, lambda rows: rows[:-1])


@attack("log_chain", page={"log_chain", "log_included"})
@inside
def log_row_changed(scene: Scene) -> Files:
    return _log(scene, lambda rows: [rows[0].replace(b"session.open", b"session.shut"), *rows[1:]])


@attack("log_chain", page={"log_chain", "log_included"})
@inside
def sm3_of_another_entry(scene: Scene) -> Files:
    """SHA-256 is right in every line of the log, and the chain with it."""
    return _log(scene, lambda rows: [rows[0], _sm3_of(rows[0], rows[1]), *rows[2:]])


def _sm3_of(one: bytes, other: bytes) -> bytes:
    return canonical_json({**json.loads(other), "sm3": json.loads(one)["sm3"]}) + b"\n"


@attack("log_included", "log_stamped")
@inside
def checkpoint_of_another_tree(scene: Scene) -> Files:
    key = server_key(scene.office.keys, LOG_KEY)
    note = note_of(key, Head(10, b"\x07" * 32))
    made = make_signature(scene.office.keys, LOG_KEY, note).signature
    return {**scene.files, CHECKPOINT: checkpoint_text(note, key, made).encode()}


@attack("log_included")
@inside
def checkpoint_of_another_log(scene: Scene) -> Files:
    key = public_key_pem(server_key(scene.stranger.keys, LOG_KEY))
    return {**scene.files, KEY_FILE: key}


@attack("log_stamped")
@inside
def root_of_another_logs_stamps(scene: Scene) -> Files:
    return {**scene.files, STAMP_ROOT: scene.foreign[STAMP_ROOT]}


@attack("log_stamped")
@inside
def root_of_stamps_that_is_none(scene: Scene) -> Files:
    return {**scene.files, STAMP_ROOT: scene.files[KEY_FILE]}


@attack("log_included")
@inside
def proofs_of_other_places(scene: Scene) -> Files:
    proofs = json.loads(scene.files[PROOFS])
    one, other = proofs["proofs"][:2]
    one["position"], other["position"] = other["position"], one["position"]
    return {**scene.files, PROOFS: canonical_json(proofs)}


def cheaper(agreement: bytes) -> bytes:
    """Return the agreement as canonical JSON with a payment of five fen in it."""
    read = json.loads(agreement)
    read["payments"][0]["amount_fen"] = 5
    return canonical_json(read)
