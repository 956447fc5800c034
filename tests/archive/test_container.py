"""The package as an ASiC-E container, read by parsers and validators that are not ours."""

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from server.archive.making import make_files, sign_files
from server.archive.package import package
from server.archive.verifier import verify_path
from server.domain.container import CONTAINER, CONTAINER_MANIFEST, CONTAINER_SIGNATURE
from server.domain.record import RecordParts
from tests.archive.example import TOOLS, Files, Office
from tests.archive.test_verifier import failing

ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
SIGNATURES = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def packed(files: Files, tmp_path: Path) -> Path:
    path = tmp_path / "record.asice"
    path.write_bytes(package("record-17", files))
    return path


def test_the_mimetype_comes_first_stored_and_bare(packed: Path) -> None:
    content = packed.read_bytes()
    assert content[30:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"
    assert content[8:10] == b"\0\0"  # method: stored
    assert content[28:30] == b"\0\0"  # no extra field (EN 319 162-1, A.1)


def test_its_manifest_names_every_file_with_its_digest(packed: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        manifest = ET.fromstring(opened.read(CONTAINER_MANIFEST))
        named = {
            unquote(one.attrib["URI"]): one.findtext(f"{SIGNATURES}DigestValue")
            for one in manifest.iter(f"{ASIC}DataObjectReference")
        }
        others = set(opened.namelist()) - {"mimetype", *CONTAINER}
        assert set(named) == others
        for name, digest in named.items():
            found = hashlib.sha256(opened.read(name)).digest()
            assert base64.b64encode(found).decode() == digest
    reference = manifest.find(f"{ASIC}SigReference")
    assert reference is not None
    assert reference.attrib["URI"] == CONTAINER_SIGNATURE


def test_openssl_verifies_its_signature_up_to_the_issuer(
    files: Files, parts: RecordParts, tmp_path: Path
) -> None:
    paths = {}
    for name in CONTAINER:
        paths[name] = tmp_path / Path(name).name
        paths[name].write_bytes(files[name])
    issuer = tmp_path / "issuer.pem"
    issuer.write_bytes(parts.issuer_certificate)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-cades"]
    command += ["-in", str(paths[CONTAINER_SIGNATURE])]
    command += ["-content", str(paths[CONTAINER_MANIFEST]), "-CAfile", str(issuer)]
    command += ["-purpose", "any", "-no_check_time", "-out", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "successful" in done.stderr
    assert done.returncode == 0


def test_unpacked_it_is_still_found_beside_the_folder(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(tmp_path / "out")
    report = verify_path(tmp_path / "out" / "record-17", TOOLS)
    assert report == verify_path(packed, TOOLS)
    assert {fact.code for fact in report.unknown} == {"trusted"}
    script = tmp_path / "out" / "record-17" / "verify.sh"
    done = subprocess.run(["/bin/sh", str(script)], capture_output=True, text=True, check=False)
    assert "OK      container" in done.stdout
    sums = ["sha256sum", "--quiet", "-c", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=script.parent, check=False).returncode == 0


def test_the_folder_alone_verifies_without(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", {n: c for n, c in files.items() if n not in CONTAINER}))
    report = verify_path(path, TOOLS)
    assert report.verified
    assert {fact.code for fact in report.unknown} == {"trusted", "container"}
    with zipfile.ZipFile(path) as opened:
        assert {name.partition("/")[0] for name in opened.namelist()} == {"record-17"}


@pytest.mark.parametrize("name", sorted(CONTAINER))
def test_half_a_container_fails(name: str, files: Files, tmp_path: Path) -> None:
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", {n: c for n, c in files.items() if n != name}))
    assert name in failing(verify_path(path, TOOLS))["container"]


async def test_a_record_kept_without_a_container_stays_without(
    parts: RecordParts, office: Office, files: Files
) -> None:
    kept = {name: content for name, content in files.items() if name not in CONTAINER}
    again = await sign_files(parts, make_files(parts, kept, {}), office.sign, kept)
    assert again == kept
    whole = await sign_files(parts, make_files(parts, files, {}), office.sign, files)
    assert whole == files
