"""Each signer's certificate beside his statement: whose it is, and that older records lack it."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from server.archive.guide import guide
from server.archive.making import make_files
from server.archive.package import package
from server.archive.verifier import verify_files
from server.documents.issuer import STATEMENT
from server.domain.canonical import sha256_hex
from server.domain.record import RecordParts, pem_body, public_key_pem, record_files
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell
from tests.archive.example import TOOLS, Files, Office
from tests.archive.test_verifier import CHEN, failing, resigned

NAME = "certificate.pem"


@pytest.fixture(scope="module")
def earlier(parts: RecordParts) -> RecordParts:
    """Return what a record was made of before it kept certificates."""
    bare = tuple(replace(one, certificate=None) for one in parts.signatures)
    return replace(parts, signatures=bare)


@pytest.mark.parametrize("who", ["person-chen", "person-lin", "staff-su", "staff-jiang"])
def test_it_is_of_that_signers_key_and_names_his_statement(who: str, files: Files) -> None:
    folder = f"signatures/{who}"
    certificate = x509.load_pem_x509_certificate(files[f"{folder}/{NAME}"])
    named = certificate.extensions.get_extension_for_oid(STATEMENT).value
    assert isinstance(named, x509.UnrecognizedExtension)
    assert named.value[2:].hex() == sha256_hex(files[f"{folder}/statement.json"])
    assert TOOLS.certificate_key(files[f"{folder}/{NAME}"]) == pem_body(
        files[f"{folder}/public_key.pem"]
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"no certificate", public_key_pem(b"other")],
    ids=["nothing", "text", "a key"],
)
def test_what_differs_from_the_one_in_the_pdf_is_named(
    content: bytes, files: Files, office: Office
) -> None:
    bent = resigned({**files, f"{CHEN}/{NAME}": content}, office)
    assert failing(verify_files(bent, TOOLS)) == {"pdf_signatures": (f"{CHEN}/{NAME}",)}


def test_a_record_without_them_passes_all_three(
    earlier: RecordParts, office: Office, tmp_path: Path
) -> None:
    files = sealed(earlier, office)[0]
    path = tmp_path / "record.zip"
    path.write_bytes(package("record-17", files))
    assert not any(name.endswith(NAME) for name in files)
    assert by_heyi(files) == frozenset()
    assert by_page([Bend(zip=path)]) == [frozenset()]
    assert by_shell(files, tmp_path / "record") == frozenset()


def test_a_record_kept_without_them_stays_without_them(
    earlier: RecordParts, parts: RecordParts
) -> None:
    before = record_files(earlier, guide())
    assert make_files(parts, before, guide()) == before
    after = record_files(parts, guide())
    assert make_files(parts, after, guide()) == after != before
