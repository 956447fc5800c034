"""Judges what staff attested in a record: keys, digests, scans, and for whose lines it counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.attested import (
    COMPARE_PAPER,
    RECORD_DECLARATION,
    WITNESS_DECLARATION,
    AttestedStatement,
    read_attested,
)
from server.domain.canonical import sha256_hex, sm3_agrees, sm3_hex
from server.domain.consent_statement import ConsentStatement
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json
from server.domain.record import ATTESTED, pem_body, signature_folder
from server.domain.signing_order import WITNESSES
from server.domain.signing_route import SigningRoute
from server.domain.suites import SM2_KEY
from server.domain.verification import SignerFact
from server.ports.archive import CheckSignature

NAMES = ("statement.json", "signature.bin", "public_key.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """One attestation, judged. `bad` are the files that make it fail."""

    statement: AttestedStatement | None
    statement_name: str
    same_text: bool
    bad: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return self.statement is not None and self.same_text and not self.bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the agreement as it says itself: who, in what capacity, by which route."""

    signer_id: str
    name: str
    role: str
    route: str


def attestations(
    files: Mapping[str, bytes], check: CheckSignature, text: tuple[bytes, bytes]
) -> tuple[Attested, ...]:
    """Return every attestation; `text` are the agreement and the locked PDF."""
    folders = {name.rpartition("/")[0] for name in files if name.startswith(f"{ATTESTED}/")}
    return tuple(_judged(files, check, text, folder) for folder in sorted(folders))


def _judged(
    files: Mapping[str, bytes], check: CheckSignature, text: tuple[bytes, bytes], folder: str
) -> Attested:
    content = {name: files.get(f"{folder}/{name}", b"") for name in NAMES}
    name = f"{folder}/statement.json"
    try:
        said = read_attested(content["statement.json"])
    except InvalidValueError:
        return Attested(statement=None, statement_name=name, same_text=False, bad=(name,))
    key = der_in(content["public_key.pem"])
    named = named_by(said.key_sha256, said.key_sm3, key) and _own(files, said.attester_id, key)
    bad = {
        f"{folder}/public_key.pem": not named,
        f"{folder}/signature.bin": not check(
            key, content["statement.json"], content["signature.bin"]
        ),
    }
    wrong = [name for name, is_bad in bad.items() if is_bad]
    return Attested(
        statement=said,
        statement_name=name,
        same_text=names_text(said, text),
        bad=(*wrong, *_bad_scans(files, said)),
    )


def _own(files: Mapping[str, bytes], attester: str, key: bytes) -> bool:
    """Return whether it is the key with which the same person signed the agreement, if he did.

    A server may have gone over to another suite in between: then it has another key for him.
    """
    signed = files.get(f"{signature_folder(attester)}/public_key.pem")
    return signed is None or der_in(signed) == key or _sm2(der_in(signed)) != _sm2(key)


def _sm2(key: bytes) -> bool:
    return key.startswith(SM2_KEY)


def _bad_scans(files: Mapping[str, bytes], said: AttestedStatement) -> Iterator[str]:
    """Yield the scans that are not those compared."""
    if said.purpose == COMPARE_PAPER:
        for page in _objects(said.saw.get("pages")):
            name = str(page.get("file", ""))
            if not seen_by(page, "", files.get(name, b"")):
                yield name


def names_text(said: ConsentStatement | AttestedStatement, text: tuple[bytes, bytes]) -> bool:
    """Return whether it is about this agreement and this locked PDF."""
    agreement, pdf = text
    return named_by(said.agreement_sha256, said.agreement_sm3, agreement) and named_by(
        said.pdf_sha256, said.pdf_sm3, pdf
    )


def named_by(sha256: str | None, sm3: str | None, content: bytes) -> bool:
    """Return whether both digests are of this content; SM3 may not be told."""
    return sha256 == sha256_hex(content) and sm3_agrees(sm3, content)


def seen_by(saw: Mapping[str, object], what: str, content: bytes) -> bool:
    """Return whether what was seen names this content; of SM3 `null` is no digest."""
    sm3 = saw.get(f"{what}sm3", sm3_hex(content) or "")
    told = isinstance(sm3, str) and sm3_agrees(sm3, content)
    return told and saw.get(f"{what}sha256") == sha256_hex(content)


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def attested_lines(agreement: bytes) -> tuple[Line, ...]:
    """Return the lines that nobody signs with a key, as the agreement itself says."""
    try:
        parties = read_json(agreement)["parties"]
        signers = [signer for party in parties for signer in party["signers"]]
        found = [_line(signer) for signer in signers]
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()
    return tuple(line for line in found if line.route != SigningRoute.ELECTRONIC)


def _line(signer: Mapping[str, object]) -> Line:
    return Line(
        signer_id=str(signer["signer_id"]),
        name=str(signer["name"]),
        role=str(signer["capacity"]),
        route=str(signer.get("route", SigningRoute.ELECTRONIC)),
    )


def signer_fact(line: Line, found: Sequence[Attested]) -> SignerFact:
    """Return whether a line counts as signed by what was attested for it."""
    spoken = [
        one.statement
        for one in found
        if one.holds and one.statement is not None and line.signer_id in one.statement.signers
    ]
    return SignerFact(
        signer_id=line.signer_id,
        name=line.name,
        role=line.role,
        signed_at=max((said.at for said in spoken), default=None),
        key_control="attested",
        holds=_enough(line, spoken),
        route=line.route,
        attested_by=tuple(said.attester_name for said in spoken),
    )


def _enough(line: Line, spoken: Sequence[AttestedStatement]) -> bool:
    if line.route == SigningRoute.WET_INK:
        return any(_saw_ink(line, said) for said in spoken if said.purpose == COMPARE_PAPER)
    if not any(said.purpose == RECORD_DECLARATION for said in spoken) or _one_for_two(spoken):
        return False
    witnesses = {name for said in spoken for name in _witnesses(said)}
    return len(witnesses) >= WITNESSES


def _one_for_two(spoken: Sequence[AttestedStatement]) -> bool:
    """Return whether one person, or one key, recorded and witnessed, or witnessed twice.

    Whom the record names as his own witness is one too.
    """
    if any(said.purpose == RECORD_DECLARATION and _names_himself(said) for said in spoken):
        return True
    heard = [said for said in spoken if said.purpose in {RECORD_DECLARATION, WITNESS_DECLARATION}]
    people, keys = {said.attester_id for said in heard}, {said.key_sha256 for said in heard}
    return min(len(people), len(keys)) < len(heard)


def _names_himself(said: AttestedStatement) -> bool:
    return said.attester_name in _witnesses(said)


def _saw_ink(line: Line, said: AttestedStatement) -> bool:
    own = [one for one in _objects(said.saw.get("lines")) if one.get("signer") == line.signer_id]
    return any(one.get("signature") is True or one.get("fingerprint") is True for one in own)


def _witnesses(said: AttestedStatement) -> list[str]:
    return [str(one.get("name", "")) for one in _objects(said.saw.get("witnesses"))]


def der_in(pem: bytes) -> bytes:
    """Return what a PEM holds, nothing for one that is none."""
    try:
        return pem_body(pem)
    except InvalidValueError:
        return b""
