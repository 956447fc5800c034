"""Records made by hand with the seal's own key: what one of the three finds, each of them finds."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.archive.package import package
from server.documents.signatures import make_signature
from server.domain.canonical import canonical_json
from server.domain.container import CONTAINER
from server.domain.inclusion import CHECKPOINT, LOG_KEY, PROOFS
from server.domain.record import (
    AGREEMENT,
    LOG,
    MANIFEST,
    MANIFEST_SIGNATURE,
    PDF,
    SEAL_CERTIFICATE,
    SUMS,
    file_digest,
    read_manifest,
)
from server.ports.documents import KeyRef
from tests.archive.attacks.forging import CHEN, LIN, Files, Forge, Scene
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell
from tests.archive.example import HEXI, RECORD
from tests.archive.test_verifier import contained, resigned
from tests.support.sampling import taken_of

pytestmark = pytest.mark.timeout(600)
Lines = list[bytes]
KEY = f"{CHEN}/public_key.pem"
NOBODY = b',"' + b"A" * 43 + b'="'


def log(bend: Callable[[Lines], bytes]) -> Forge:
    return lambda s: resigned({**s.files, LOG: bend(s.files[LOG].splitlines())}, s.office)


def first(old: bytes, new: bytes) -> Forge:
    """Return the record with another first line of its log."""
    return log(lambda rows: ended(b"\n", [rows[0].replace(old, new, 1), *rows[1:]]))


def with_sm3(sm3: Callable[[str], Any]) -> Forge:
    """Return the record whose log tells another SM3 in its first line."""

    def told(row: bytes) -> bytes:
        entry = json.loads(row)
        return written({**entry, "sm3": sm3(entry["sm3"])})

    return log(lambda rows: ended(b"\n", [told(rows[0]), *rows[1:]]))


def without_sm3(first: int) -> Forge:
    """Return the record whose log tells no SM3 from this line on."""
    return log(lambda rows: ended(b"\n", [*rows[:first], *map(bare, rows[first:])]))


def bare(row: bytes) -> bytes:
    return written({n: said for n, said in json.loads(row).items() if n != "sm3"})


def ended(by: bytes, rows: Lines) -> bytes:
    return b"".join(row + by for row in rows)


def text(name: str, bend: Callable[[bytes], bytes]) -> Forge:
    return lambda s: resigned({**s.files, name: bend(s.files[name])}, s.office)


def replaced(name: str, old: bytes, new: bytes) -> Forge:
    return text(name, lambda content: content.replace(old, new))


def on_one_line(pem: bytes) -> bytes:
    begin, *body, end = pem.splitlines()
    return b"\n".join((begin, b"".join(body), end, b""))


def with_a_bit_left_over(proofs: bytes) -> bytes:
    """Write the first digest of a path another way: of its last digit two bits tell nothing."""
    first, rest = proofs.split(b'="', 1)
    return first[:-1] + bytes([first[-1] + 1]) + b'="' + rest


def without_its_key(scene: Scene) -> Files:
    own = {name: content for name, content in scene.files.items() if name != LOG_KEY}
    return resigned(own, scene.office)


def both_certificates(scene: Scene) -> Files:
    one, other = (scene.files[f"{who}/certificate.pem"] for who in (CHEN, LIN))
    return resigned({**scene.files, f"{CHEN}/certificate.pem": one + other}, scene.office)


def bare_seal(scene: Scene) -> Files:
    """A record without a container, whose seal's certificate has other ends of lines."""
    own = {n: c for n, c in scene.files.items() if n not in CONTAINER}
    other = own[SEAL_CERTIFICATE].replace(b"\n", b"\r\n")
    return resigned({**own, SEAL_CERTIFICATE: other}, scene.office)


def sums(bend: Callable[[bytes], bytes]) -> Forge:
    """Return the record with another list for sha256sum, which its manifest names."""

    def made(scene: Scene) -> Files:
        bent = bend(scene.files[SUMS])
        said = {"sha256": file_digest(bent).sha256, "sm3": file_digest(bent).sm3, "size": len(bent)}
        files = {**read(scene)["files"], SUMS: said}
        return signed({**scene.files, SUMS: bent}, written({**read(scene), "files": files}), scene)

    return made


def manifest(**other: Any) -> Forge:
    return lambda s: signed(s.files, written({**read(s), **other}), s)


def of_pdf(**other: Any) -> Forge:
    """Return the record whose manifest tells other things of the PDF."""

    def made(scene: Scene) -> Files:
        files = read(scene)["files"]
        return manifest(files={**files, PDF: {**files[PDF], **other}})(scene)

    return made


def raw(bend: Callable[[bytes], bytes]) -> Forge:
    return lambda s: signed(s.files, bend(s.files[MANIFEST]), s)


def read(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scene.files[MANIFEST])
    return found


def written(found: dict[str, Any]) -> bytes:
    return canonical_json(found)


def signed(files: Files, content: bytes, scene: Scene) -> Files:
    """Return the files under this manifest, whatever it is, signed with the seal's key."""
    made = make_signature(scene.office.keys, KeyRef(committee_id=HEXI), content).signature
    own = {n: c for n, c in files.items() if n not in CONTAINER}
    whole = {**own, MANIFEST: content, MANIFEST_SIGNATURE: made}
    return contained(whole, read_manifest(scene.files[MANIFEST]), scene.office)


def listed_nowhere(scene: Scene) -> Files:
    """A file of the manifest that the list for sha256sum has not."""
    files = {**read(scene)["files"], "recordings/x.jsonl": vars_of(b"x")}
    return signed(
        {**scene.files, "recordings/x.jsonl": b"x"}, written({**read(scene), "files": files}), scene
    )


def vars_of(content: bytes) -> dict[str, Any]:
    said = file_digest(content)
    return {"sha256": said.sha256, "sm3": said.sm3, "size": said.size}


def fewer(scene: Scene) -> Files:
    return manifest(signers=read(scene)["signers"][1:])(scene)


def doubled(scene: Scene) -> Files:
    return manifest(signers=[*read(scene)["signers"], read(scene)["signers"][0]])(scene)


FORGED: dict[str, Forge] = {
    "log in CRLF": log(lambda rows: ended(b"\r\n", rows)),
    "log in CR": log(lambda rows: ended(b"\r", rows)),
    "log without its last end": log(b"\n".join),
    "log with an empty line": log(lambda rows: ended(b"\n", rows) + b"\n"),
    "log with another body before": first(b"{", b'{"body":{"kind":"agreement.unlocked"},'),
    "log with a kind twice": first(b'{"body":{', b'{"body":{"kind":"agreement.unlocked",'),
    "log with a remark": first(b'","prev"', b'","note":"refused","prev"'),
    "log with blanks": first(b'"body":', b'"body": '),
    "log with an SM3 of null": with_sm3(lambda _: None),
    "log with an SM3 of other bytes": with_sm3(lambda _: "0" * 64),
    "log with an SM3 in capitals": with_sm3(str.upper),
    "log with half an SM3": with_sm3(lambda sm3: sm3[:32]),
    "log with an SM3 that is a number": with_sm3(lambda _: 3),
    "proofs with a blank": replaced(PROOFS, b'"v":', b'"v": '),
    "proofs of a version that is no number": replaced(PROOFS, b'"v":1}', b'"v":true}'),
    "proofs with a bit left over": text(PROOFS, with_a_bit_left_over),
    "proofs with a sibling too many": replaced(PROOFS, b'="]', b'="' + NOBODY + b"]"),
    "checkpoint with words behind": text(CHECKPOINT, lambda c: c + b"words\n"),
    "checkpoint without its key": without_its_key,
    "agreement with an escape": replaced(AGREEMENT, b"signer_id", b"signer\\u005fid"),
    "agreement with a blank": replaced(AGREEMENT, b'"signer_id":', b'"signer_id" :'),
    "agreement with a name twice": text(AGREEMENT, lambda c: b'{"agreement_id":"x",' + c[1:]),
    "list of another set": sums(lambda c: ended(b"\n", c.splitlines()[1:])),
    "list in another order": sums(lambda c: ended(b"\n", c.splitlines()[::-1])),
    "list in binary mode": sums(lambda c: c.replace(b"  ", b" *")),
    "list in CRLF": sums(lambda c: c.replace(b"\n", b"\r\n")),
    "file that is not on the list": listed_nowhere,
    "manifest with an end of line": raw(lambda c: c + b"\n"),
    "manifest with a name twice": raw(lambda c: b'{"committee_name":"X",' + c[1:]),
    "manifest with a remark": raw(lambda c: c.replace(b',"v":1}', b',"v":1,"w":0}')),
    "manifest without a signer": fewer,
    "manifest with a signer twice": doubled,
    "manifest of another agreement": manifest(agreement_sha256="0" * 64),
    "manifest of another lock": manifest(locked_pdf_sha256="0" * 64),
    "manifest of another day": manifest(effective_on="2025-02-30"),
    "manifest of another record": manifest(record_id="record/17"),
    "manifest of other bytes": of_pdf(sha256="0" * 64),
    "manifest of another size": of_pdf(size=5),
    "manifest of another SM3": of_pdf(sm3="0" * 64),
    "manifest with no SM3 of any": of_pdf(sm3="sm3"),
    "key in CRLF": replaced(KEY, b"\n", b"\r\n"),
    "key on one line": text(KEY, on_one_line),
    "key with words before": text(KEY, lambda c: b"words\n" + c),
    "seal's certificate in CRLF": bare_seal,
    "two certificates of a signer": both_certificates,
    "statement with a blank": replaced(f"{CHEN}/statement.json", b'"v":', b'"v": '),
}
ALIKE: dict[str, Forge] = {
    "a whole one": lambda s: s.files,
    "no SM3": of_pdf(sm3=None),
    "log without SM3": without_sm3(0),
    "log with SM3 in its beginning": without_sm3(2),
}


@pytest.fixture(scope="module")
def made(scene: Scene) -> dict[str, Files]:
    return {name: forge(scene) for name, forge in (FORGED | ALIKE).items()}


def passing(found: dict[str, frozenset[str]]) -> set[str]:
    return {name for name, facts in found.items() if not facts}


def test_heyi_verify_and_the_page_find_each(made: dict[str, Files], tmp_path: Path) -> None:
    named = {name: tmp_path / f"{n}.zip" for n, name in enumerate(made)}
    for name, path in named.items():
        path.write_bytes(package(RECORD, made[name]))
    page = by_page(Bend(zip=path) for path in named.values())
    assert passing({name: by_heyi(files) for name, files in made.items()}) == set(ALIKE)
    assert passing(dict(zip(named, page, strict=True))) == set(ALIKE)


@pytest.mark.slow
def test_the_script_finds_each(
    made: dict[str, Files], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    forged = taken_of({name: name.split()[0] for name in FORGED}, pytestconfig)
    with ThreadPoolExecutor() as several:
        asked = {
            name: several.submit(by_shell, files, tmp_path / f"{n}")
            for n, (name, files) in enumerate(made.items())
            if name in forged | set(ALIKE)
        }
        found = {name: one.result() for name, one in asked.items()}
    assert passing(found) == set(ALIKE)
