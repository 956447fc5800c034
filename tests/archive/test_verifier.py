import asyncio
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from server.archive.cades import sign_detached
from server.archive.package import package
from server.archive.presented import judge_presented
from server.archive.report_text import as_json, as_text
from server.archive.verifier import verify_files, verify_path
from server.documents.certificates import certificates
from server.documents.inspection import inspect
from server.documents.key_files import FileKeys
from server.documents.signatures import make_signature
from server.domain.canonical import canonical_json, sha256_hex
from server.domain.container import (
    CONTAINER,
    CONTAINER_MANIFEST,
    CONTAINER_SIGNATURE,
    container_manifest,
)
from server.domain.errors import InvalidValueError
from server.domain.record import (
    MANIFEST,
    MANIFEST_SIGNATURE,
    SUMS,
    Manifest,
    RecordParts,
    file_digest,
    manifest_bytes,
    manifest_of,
    read_manifest,
    record_files,
)
from server.domain.verification import Report
from server.ports.documents import KeyRef
from server.ports.inspection import PdfFacts
from tests.archive.example import HEXI, TOOLS as PLAIN_TOOLS, Files, Office
from tests.documents.example import SEALED_AT

# Inspecting a PDF is pure and slow: the same bytes are inspected once.
TOOLS = replace(PLAIN_TOOLS, inspect=cache(inspect))
CHEN = "signatures/person-chen"


def failing(report: Report) -> dict[str, tuple[str, ...]]:
    return {fact.code: fact.parts for fact in report.failed}


def resigned(files: dict[str, bytes], office: Office) -> dict[str, bytes]:
    """Return the files as one who holds the seal's key would list and sign them."""
    unlisted = {MANIFEST, MANIFEST_SIGNATURE, SUMS, *CONTAINER}
    listed = {n: c for n, c in files.items() if n not in unlisted}
    sums = "".join(f"{file_digest(c).sha256}  {n}\n" for n, c in sorted(listed.items()))
    listed[SUMS] = sums.encode()
    manifest = read_manifest(files[MANIFEST])
    named = {name: file_digest(content) for name, content in listed.items()}
    content = manifest_bytes(replace(manifest, files=named))
    signed = make_signature(office.keys, KeyRef(committee_id=HEXI), content).signature
    signed_again = {**listed, MANIFEST: content, MANIFEST_SIGNATURE: signed}
    return contained(signed_again, manifest, office) if files.keys() >= CONTAINER else signed_again


def contained(files: dict[str, bytes], manifest: Manifest, office: Office) -> dict[str, bytes]:
    """Return the files with a container signed by the same key."""
    digests = {name: sha256_hex(content) for name, content in files.items()}
    listed = container_manifest(manifest.record_id, digests)
    certificates = files["trust/seal.pem"], files["trust/issuer.pem"]
    made = asyncio.run(sign_detached(listed, *certificates, manifest.sealed_at, office.sign))
    return {**files, CONTAINER_MANIFEST: listed, CONTAINER_SIGNATURE: made}


def test_a_sealed_record_holds_in_every_fact(files: Files, parts: RecordParts) -> None:
    report = verify_files(files, TOOLS, (parts.issuer_certificate,))
    assert failing(report) == {}
    assert report.unknown == ()
    assert report.verified
    assert report.number == "湖禾人调字〔2025〕第017号"
    assert report.sealed_at == SEALED_AT
    names = [(signer.name, signer.key_control, signer.holds) for signer in report.signers]
    assert names == [(name, "browser", True) for name in ("陈水根", "林启航", "苏慧珍", "江一帆")]


def test_without_an_anchor_only_trust_is_unjudged(files: Files) -> None:
    report = verify_files(files, TOOLS)
    assert [fact.code for fact in report.unknown] == ["trusted"]
    assert report.verified


def test_a_foreign_anchor_denies_trust_alone(files: Files, tmp_path: Path) -> None:
    _, foreign = certificates(FileKeys(tmp_path / "k", b"f" * 32), HEXI, SEALED_AT)
    report = verify_files(files, TOOLS, (foreign,))
    assert set(failing(report)) == {"trusted"}
    assert not report.verified


@settings(max_examples=200)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_fails_and_names_its_file(
    where: float, bit: int, files: Files
) -> None:
    name, at = place(files, where)
    bent = bytearray(files[name])
    bent[at] ^= 1 << bit
    report = verify_files({**files, name: bytes(bent)}, TOOLS)
    assert not report.verified
    assert name in {part for parts in failing(report).values() for part in parts}


@pytest.mark.parametrize("member", ["hash", "prev"])
def test_a_log_whose_digest_is_none_fails_and_is_read_on(files: Files, member: str) -> None:
    first, rest = files["log.jsonl"].split(b"\n", 1)
    entry = json.loads(first)
    bent = canonical_json({**entry, member: ";" + entry[member][1:]}) + b"\n" + rest
    assert {"log_chain", "log_included"} <= set(
        failing(verify_files({**files, "log.jsonl": bent}, TOOLS))
    )


def place(files: Files, where: float) -> tuple[str, int]:
    """Spread over files first, so that small ones are hit as often as the PDF."""
    names = sorted(files)
    spot = where * len(names)
    name = names[int(spot)]
    return name, int((spot - int(spot)) * len(files[name]))


@pytest.mark.parametrize("name", ["agreement.pdf", "consents.json", f"{CHEN}/signature.bin"])
def test_a_missing_file_is_named(name: str, files: Files) -> None:
    rest = {n: c for n, c in files.items() if n != name}
    assert name in failing(verify_files(rest, TOOLS))["complete"]


def test_an_added_file_is_named(files: Files) -> None:
    report = verify_files({**files, "signatures/x/statement.json": b"{}"}, TOOLS)
    other = ("signatures/x/statement.json",)
    assert failing(report) == {"complete": other, "log_tells": other}


def test_swapped_signatures_fail_even_under_a_fresh_manifest(files: Files, office: Office) -> None:
    mine, yours = f"{CHEN}/signature.bin", "signatures/person-lin/signature.bin"
    swapped = resigned({**files, mine: files[yours], yours: files[mine]}, office)
    assert failing(verify_files(swapped, TOOLS)) == {
        "signatures": (mine, yours),
        "everybody_signed": ("person-chen", "person-lin"),
    }


def test_a_whole_signature_under_another_name_fails(files: Files, office: Office) -> None:
    swapped = dict(files)
    for name in ("statement.json", "signature.bin", "public_key.pem"):
        swapped[f"{CHEN}/{name}"] = files[f"signatures/person-lin/{name}"]
    report = verify_files(resigned(swapped, office), TOOLS)
    assert f"{CHEN}/statement.json" in failing(report)["signatures"]


def test_handwriting_put_in_later_fails(files: Files, office: Office) -> None:
    name = f"{CHEN}/handwriting.png"
    other = files["signatures/person-lin/handwriting.png"]
    report = verify_files(resigned({**files, name: other}, office), TOOLS)
    assert failing(report)["signatures"] == (name,)


def test_a_missing_signer_is_named(files: Files, office: Office) -> None:
    rest = {n: c for n, c in files.items() if not n.startswith("signatures/staff-su")}
    manifest = read_manifest(rest[MANIFEST])
    shorter = replace(manifest, signers=tuple(s for s in manifest.signers if s != "staff-su"))
    rest[MANIFEST] = manifest_bytes(shorter)
    assert failing(verify_files(resigned(rest, office), TOOLS)) == {
        "everybody_signed": ("staff-su",),
        "pdf_signatures": ("agreement.pdf#sign:staff-su",),
    }


@pytest.mark.parametrize(
    "bend",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b"session.open", b"session.shut"), *lines[1:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [],
        lambda lines: [b"{}", *lines],
    ],
    ids=["tail cut", "head cut", "order", "kind", "repeated", "empty", "no entry"],
)
def test_a_broken_log_is_found_even_under_a_fresh_manifest(
    bend: Callable[[list[bytes]], list[bytes]], files: Files, office: Office
) -> None:
    lines = bend(files["log.jsonl"].splitlines())
    bent = resigned({**files, "log.jsonl": b"".join(line + b"\n" for line in lines)}, office)
    found = failing(verify_files(bent, TOOLS))
    assert found.pop("log_included", ()) in {(), ("log.jsonl", "log/proofs.json")}
    ends = bool(lines) and b"agreement.effective" in lines[-1]
    assert bool(found.pop("log_tells", ())) is not ends
    assert found == {"log_chain": ("log.jsonl",)}


def test_another_agreement_beside_the_pdf_is_found(files: Files, office: Office) -> None:
    agreement = json.loads(files["agreement.json"])
    agreement["payments"][0]["amount_fen"] = 5
    bent = resigned({**files, "agreement.json": canonical_json(agreement)}, office)
    assert {"attachment", "same_text"} <= set(failing(verify_files(bent, TOOLS)))


def test_a_signers_own_certificate_makes_no_seal(files: Files) -> None:
    def sealed_by_a_party(
        pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]
    ) -> PdfFacts:
        found = inspect(pdf, locked_size, anchors)
        *before, last = found.each
        return replace(found, each=(*before, replace(last, role="PARTY")))

    report = verify_files(files, replace(TOOLS, inspect=sealed_by_a_party))
    assert failing(report) == {"seal_chain": ("trust/seal.pem",)}


@pytest.mark.parametrize("alone", [False, True])
def test_a_seal_below_b_lta_is_told_in_words_and_fails_nothing(files: Files, alone: bool) -> None:
    def short(pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
        found = inspect(pdf, locked_size, anchors)
        *before, last = found.each
        assert last.level == "B-LTA"
        return replace(found, each=(*before, replace(last, level="B-LT")))

    tools, issuer = replace(TOOLS, inspect=short), files["trust/issuer.pem"]
    judged = judge_presented(files["agreement.pdf"], tools, (issuer,)).report
    report = judged if alone else verify_files(files, tools, (issuer,))
    assert report.verified
    (fact,) = report.unknown
    assert (fact.code, dict(fact.facts)) == ("seal_lasting", {"level": "B-LT"})
    assert "印章只到 B-LT，现在有效" in as_text(report, "zh")
    assert "the seal is at B-LT and good today" in as_text(report, "en")
    assert as_json(report)["lasting"] is None


def test_a_seal_by_another_key_is_found(parts: RecordParts, files: Files, tmp_path: Path) -> None:
    stranger = FileKeys(tmp_path / "k", b"f" * 32)
    seal, issuer = certificates(stranger, HEXI, SEALED_AT)
    own = replace(parts, seal_certificate=seal, issuer_certificate=issuer)
    made = record_files(own, {n: files[n] for n in ("FORMAT.md", "verify.sh")})
    manifest = manifest_bytes(manifest_of(own, made))
    signed = make_signature(stranger, KeyRef(committee_id=HEXI), manifest).signature
    forged = {**made, MANIFEST: manifest, MANIFEST_SIGNATURE: signed}
    assert failing(verify_files(forged, TOOLS)) == {"seal_chain": ("trust/seal.pem",)}
    report = verify_files(forged, TOOLS, (issuer,))
    assert set(failing(report)) == {"seal_chain", "trusted"}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"null", b'{"v":1}', b'{"v":1,"files":[]}', b"\xff"],
)
def test_an_unreadable_manifest_is_one_clear_fact(content: bytes, files: Files) -> None:
    report = verify_files({**files, MANIFEST: content}, TOOLS)
    assert failing(report) == {"readable": (MANIFEST,)}


@settings(max_examples=100)
@given(draw=st.data())
def test_nothing_in_a_manifest_makes_the_verifier_raise(draw: st.DataObject, files: Files) -> None:
    manifest = json.loads(files[MANIFEST])
    key = draw.draw(st.sampled_from(sorted(manifest)))
    manifest[key] = draw.draw(st.sampled_from([None, 0, -1, "", "x", [], {}, [1], {"a": {}}]))
    report = verify_files({**files, MANIFEST: canonical_json(manifest)}, TOOLS)
    assert not report.verified


@settings(max_examples=100)
@given(draw=st.data())
def test_nothing_in_agreement_or_statement_makes_the_verifier_raise(
    draw: st.DataObject, files: Files, office: Office
) -> None:
    name = draw.draw(st.sampled_from(["agreement.json", f"{CHEN}/statement.json", "log.jsonl"]))
    content = json.loads(files[name].splitlines()[0])
    key = draw.draw(st.sampled_from(sorted(content)))
    value: object = draw.draw(st.sampled_from([None, 0, "x", [], {}, [1], [{"signers": 1}]]))
    assume(content[key] != value)
    content[key] = value
    report = verify_files(resigned({**files, name: canonical_json(content)}, office), TOOLS)
    assert not report.verified


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_folder_and_package_give_the_same_report(files: Files, tmp_path: Path) -> None:
    folder = written(files, tmp_path / "record")
    packed = tmp_path / "record.zip"
    packed.write_bytes(package("record-17", files))
    assert verify_path(folder, TOOLS) == verify_path(packed, TOOLS) == verify_files(files, TOOLS)


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True))
def test_a_bent_package_never_verifies_unless_its_files_are_whole(
    where: float, files: Files, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bent = bytearray(package("record-17", files))
    bent[int(where * len(bent))] ^= 0x10
    path = tmp_path_factory.mktemp("bent") / "record.zip"
    path.write_bytes(bytes(bent))
    try:
        report = verify_path(path, TOOLS)
    except InvalidValueError:
        return
    assert not report.verified or report == verify_files(files, TOOLS)


def test_a_link_in_a_folder_is_not_followed(files: Files, tmp_path: Path) -> None:
    folder = written(files, tmp_path / "record")
    (folder / "consents.json").rename(tmp_path / "elsewhere.json")
    (folder / "consents.json").symlink_to(tmp_path / "elsewhere.json")
    assert failing(verify_path(folder, TOOLS)) == {
        "intact": ("consents.json",),
        "log_tells": ("consents.json",),
    }


def test_no_record_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ZIP")
    for path in (tmp_path / "text", tmp_path / "nothing"):
        with pytest.raises(InvalidValueError):
            verify_path(path, TOOLS)


def run_script(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(folder / "verify.sh"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_shell_script_agrees(files: Files, tmp_path: Path) -> None:
    done = run_script(written(files, tmp_path / "record"))
    assert "FAILED" not in done.stdout, done.stdout
    assert done.stdout.count("OK") == 8 + 2 * 4 + 2 + 12 + 1 + 1 + 1 + 1 + 1
    assert done.returncode == 0


@pytest.mark.drawn
@pytest.mark.parametrize(
    "name",
    ["agreement.pdf", "log.jsonl", MANIFEST, SUMS, f"{CHEN}/signature.bin", "trust/seal.pem"],
)
def test_the_shell_script_finds_a_changed_file(name: str, files: Files, tmp_path: Path) -> None:
    bent = files[name][:-40] + b"!" + files[name][-39:]
    done = run_script(written({**files, name: bent}, tmp_path / "record"))
    assert "FAILED" in done.stdout
    assert done.returncode == 1


def test_the_shell_script_finds_an_added_file(files: Files, tmp_path: Path) -> None:
    done = run_script(written({**files, "added.txt": b""}, tmp_path / "record"))
    assert "FAILED  no file missing or added" in done.stdout
