"""A record with renewals beside it: every fact holds, and whatever was done to them is found."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from server.archive.package import package, with_whole
from server.archive.reader import load, renewals_beside
from server.archive.report_text import as_text
from server.archive.verifier import verify_files, verify_path
from server.archive.writer import RecordWriter
from server.documents.key_files import FileKeys
from server.domain.ids import RecordId
from server.domain.record import PDF, RecordParts
from server.domain.verification import Report
from tests.archive.attacks.judges import TOOLS, Bend, by_page
from tests.archive.example import RECORD, Files, Office
from tests.archive.renewing import day, with_renewals
from tests.archive.test_verifier import failing
from tests.documents.test_sealing import painted_over

pytestmark = pytest.mark.timeout(300)
LISTED, TOKEN = "renewals/001/SHA256SUMS", "renewals/001/stamp.tst"
SECOND, TOKEN_2 = "renewals/002/appended.pdf", "renewals/002/stamp.tst"


@pytest.fixture(scope="module")
def twice(files: Files, office: Office) -> Files:
    return with_renewals(files, office, (2026, 2027))


def judged(files: dict[str, bytes], year: int = 2028, *anchors: bytes) -> Report:
    return verify_files(files, TOOLS, anchors, day(year))


def test_a_renewed_record_holds_and_says_until_when(twice: Files, parts: RecordParts) -> None:
    report = judged(twice, 2028, parts.issuer_certificate)
    assert failing(report) == {}
    assert report.verified
    assert "2027-03-01 第 2 次续期，有效至 2055-" in as_text(report, "zh")
    assert "last renewed on 2027-03-01 (renewal 2), valid until 2055-" in as_text(report, "en")


def test_a_record_that_was_never_renewed_says_so_and_when_it_ends(files: Files) -> None:
    assert "2025-03-14 加盖，有效至 2055-" in as_text(judged(files), "zh")
    ended = judged(files, 2056)
    assert [one.code for one in ended.unknown if one.facts] == ["archive_stamp"]
    assert "其后没有续期" in as_text(ended, "zh")
    assert "was not renewed since" in as_text(ended, "en")


def flipped(name: str) -> Callable[[Files], Files]:
    def bend(files: Files) -> Files:
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        return Files({**files, name: bytes(content)})

    return bend


def without(*names: str) -> Callable[[Files], Files]:
    return lambda files: Files({n: c for n, c in files.items() if n not in names})


def swapped(one: str, other: str) -> Callable[[Files], Files]:
    return lambda files: Files({**files, one: files[other], other: files[one]})


def added(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: Files({**files, name: content})


def list_made_to_fit(files: Files) -> Files:
    """Change the list as if it had been of other bytes, which only the token knows better."""
    lines = files[LISTED].replace(b"  record-17/log.jsonl", b"  record-17/log.json1")
    return Files({**files, LISTED: lines})


ATTACKS = {
    "what was appended first": flipped("renewals/001/appended.pdf"),
    "what was appended last": flipped(SECOND),
    "a token": flipped(TOKEN),
    "a list": flipped(LISTED),
    "a list that fits another file": list_made_to_fit,
    "no token": without(TOKEN),
    "nothing appended": without(SECOND),
    "no first renewal": without("renewals/001/appended.pdf", LISTED, TOKEN),
    "tokens exchanged": swapped(TOKEN, TOKEN_2),
    "renewals exchanged": swapped("renewals/001/appended.pdf", SECOND),
    "half of a third": added("renewals/003/stamp.tst", b"more"),
    "another file": added("renewals/readme.txt", b"more"),
    "another whole": added("renewals/agreement.pdf", b"%PDF-1.7 another"),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_is_done_to_a_renewal_is_found(
    attack: Callable[[Files], Files], twice: Files
) -> None:
    report = judged(attack(twice))
    assert "archive_stamp" in failing(report)
    assert not report.verified


def test_a_renewal_made_too_late_renews_nothing(files: Files, office: Office) -> None:
    late = judged(with_renewals(files, office, (2056,)), 2057)
    assert "archive_stamp" in failing(late)


def test_a_renewal_launders_no_painted_file(files: Files, office: Office) -> None:
    painted = Files({**files, PDF: painted_over(files[PDF])})
    report = judged(with_renewals(painted, office, (2026,)))
    assert {"intact", "seal", "only_blanks_filled", "pdf_signatures"} <= failing(report).keys()


def packed(files: Files, folder: Path) -> Path:
    path = folder / "record-17.zip"
    path.write_bytes(package(RECORD, with_whole(files)))
    return path


def test_the_package_verifies_zipped_and_unpacked(twice: Files, tmp_path: Path) -> None:
    path = packed(twice, tmp_path)
    assert load(path) == {**with_whole(twice)}
    with zipfile.ZipFile(path) as opened:
        opened.extractall(tmp_path / "out")
    for place in (path, tmp_path / "out" / RECORD):
        report = verify_path(place, TOOLS, (), day(2028))
        assert failing(report) == {}
        assert report.verified


def by_shell(folder: Path, *named: Path, known: Path | None = None) -> tuple[int, str]:
    """Ask the script, on a machine that knows of the roots in a folder."""
    asked = ["/bin/sh", str(folder / "verify.sh"), *map(str, named)]
    on = os.environ | ({} if known is None else {"SSL_CERT_DIR": str(known)})
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=on)
    return done.returncode, done.stdout


@pytest.mark.drawn
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_the_script_checks_renewals_with_openssl_alone(
    digest: str, files: Files, office: Office, tmp_path: Path
) -> None:
    renewed = with_renewals(files, office, (2026,), digest)
    with zipfile.ZipFile(packed(renewed, tmp_path)) as opened:
        opened.extractall(tmp_path / "out")
    folder = tmp_path / "out" / RECORD
    code, said = by_shell(folder)
    assert code == 0, said
    assert "OK      archive time stamp, renewal 存档时间戳续期 001" in said
    for name in (f"001/{digest.upper()}SUMS", "001/appended.pdf", "001/stamp.tst", "agreement.pdf"):
        place = tmp_path / "out" / "renewals" / name
        whole = place.read_bytes()
        place.chmod(0o600)
        place.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        code, said = by_shell(folder)
        assert code == 1, name
        assert "FAILED  archive time stamp" in said
        place.write_bytes(whole)


def signed_by_anybody(content: bytes, folder: Path) -> bytes:
    """Return a CAdES message with this content, by a key and a certificate of one's own."""
    said, certificate = folder / "content", anybody(folder)
    said.write_bytes(content)
    signing = "cms -sign -cades -binary -nodetach -md sha256 -outform DER"
    return openssl(f"{signing} -in {said} -signer {certificate} -inkey {folder / 'key.pem'}")


def anybody(folder: Path) -> Path:
    """Make a key, `key.pem`, and a certificate of one's own; return where that is."""
    certificate = folder / "own.pem"
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=anybody "
        f"-keyout {folder / 'key.pem'} -out {certificate}"
    )
    return certificate


def openssl(words: str) -> bytes:
    return subprocess.run(["openssl", *words.split()], capture_output=True, check=True).stdout


def unpacked(files: Files, folder: Path) -> Path:
    with zipfile.ZipFile(packed(files, folder)) as opened:
        opened.extractall(folder / "out")
    return folder / "out" / RECORD


def test_the_script_does_not_pass_a_renewal_that_a_stranger_stamped(
    files: Files, office: Office, tmp_path: Path
) -> None:
    stranger = Office(FileKeys(tmp_path / "stranger", b"s" * 32), office.fonts)
    renewed = with_renewals(files, stranger, (2026,))
    folder = unpacked(renewed, tmp_path)
    code, said = by_shell(folder)
    assert code == 0, said
    assert "OK      archive time stamp, renewal" not in said
    assert "renewal 存档时间戳续期 001: by another authority" in said
    # Once somebody says whom he trusts it is not left open, as heyi verify does not.
    issuer = files["trust/issuer.pem"]
    assert "trusted" in failing(judged(renewed, 2028, issuer))
    (tmp_path / "issuer.pem").write_bytes(issuer)
    code, said = by_shell(folder, tmp_path / "issuer.pem", folder)
    assert code == 1
    assert "FAILED  certificate of the archive time stamp, renewal" in said
    root = tmp_path / "stranger" / "issuer-hexi-of-events.crt"
    code, said = by_shell(folder, tmp_path / "issuer.pem", folder, root)
    assert "OK      archive time stamp, renewal" in said


def test_the_script_trusts_nobody_for_being_known_to_the_machine(
    files: Files, tmp_path: Path
) -> None:
    """As the roots of public authorities and of one's own house are."""
    known = tmp_path / "known"
    known.mkdir()
    (known / "issuer.pem").write_bytes(files["trust/issuer.pem"])
    subprocess.run(["openssl", "rehash", str(known)], check=True)
    folder = unpacked(files, tmp_path)
    named = anybody(tmp_path)
    code, said = by_shell(folder, named, folder)
    assert code == 1
    assert "FAILED  certificate 印章证书" in said
    assert by_shell(folder, named, folder, known=known) == (1, said)


def test_the_script_takes_no_other_signed_message_for_a_time_stamp(
    files: Files, office: Office, tmp_path: Path
) -> None:
    renewed = with_renewals(files, office, (2026,))
    digest = b"\x04\x20" + sha256(renewed[LISTED]).digest()
    forged = Files({**renewed, TOKEN: signed_by_anybody(digest, tmp_path)})
    code, said = by_shell(unpacked(forged, tmp_path))
    assert code == 1
    assert "FAILED  archive time stamp, renewal 存档时间戳续期 001" in said


def test_the_page_is_not_put_off_by_renewals(twice: Files, tmp_path: Path) -> None:
    (found,) = by_page([Bend(zip=packed(twice, tmp_path))])
    assert found == frozenset()


def test_a_renewal_is_found_beside_the_folder_of_an_archive(
    files: Files, twice: Files, tmp_path: Path
) -> None:
    writer = RecordWriter(tmp_path)
    folder = writer.write(RecordId(RECORD), 2025, files)
    for number in ("001", "002"):
        own = {n: c for n, c in twice.items() if n.startswith(f"renewals/{number}/")}
        inside = {name.rpartition("/")[2]: content for name, content in own.items()}
        writer.write_folder(renewals_beside(folder) / number, inside)
    assert load(folder) == twice
    assert verify_path(folder, TOOLS, (), day(2028)).verified
    assert writer.write(RecordId(RECORD), 2025, files) == folder
