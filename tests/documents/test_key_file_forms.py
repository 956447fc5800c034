"""What a key file is: PKCS#12 that OpenSSL opens, PKCS#8 of an earlier version, nothing else."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)

from server.documents.key_files import FileKeys, KeyUnreadableError
from server.documents.suites import P256, SM2, SignatureSuite

CLOSED = BestAvailableEncryption(b"secret")
REFUSED = r"no key on P-256|no such value|refused by libcrypto|Invalid|Could not deserialize"
OTHERS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "another curve": ec.generate_private_key(ec.SECP384R1()),
}
EACH_SUITE = pytest.mark.parametrize("suite", [P256, SM2], ids=lambda suite: suite.id)


def _openssl(*words: str | Path) -> str:
    asked = ["openssl", *map(str, words)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _as_pkcs8(file: Path, closed_with: bytes) -> bytes:
    """Return the key of a PKCS#12 file as an earlier version of this server kept it."""
    opened = ("pkcs12", "-in", file, "-passin", f"pass:{closed_with.decode()}", "-nocerts")
    told = _openssl(*opened, "-passout", f"pass:{closed_with.decode()}")
    return told[told.index("-----BEGIN") :].encode()


@EACH_SUITE
def test_openssl_opens_it_and_says_how_it_is_closed(suite: SignatureSuite, tmp_path: Path) -> None:
    file, key = tmp_path / "seal-hexi.key", suite.made_key()
    file.write_bytes(key.closed("seal-hexi", b"secret"))
    told = _openssl("pkcs12", "-in", file, "-passin", "pass:secret", "-noenc", "-info")
    assert "friendlyName: seal-hexi" in told
    assert "MAC: sha256, Iteration 2048" in told
    assert "PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256" in told
    assert suite.opened_key(file.read_bytes(), b"secret").public == key.public


@EACH_SUITE
def test_it_opens_with_its_passphrase_alone(suite: SignatureSuite) -> None:
    closed = suite.made_key().closed("log", b"secret")
    for content, secret in (
        (closed, b"secre"),
        (closed[:-1], b"secret"),
        (closed[:-1] + bytes([closed[-1] ^ 1]), b"secret"),
        (b"rubbish", b"secret"),
        (b"", b"secret"),
    ):
        with pytest.raises(ValueError, match=REFUSED):
            suite.opened_key(content, secret)


@EACH_SUITE
@pytest.mark.parametrize("other", OTHERS)
def test_a_key_of_another_kind_is_refused(suite: SignatureSuite, other: str) -> None:
    key = OTHERS[other]
    closed = pkcs12.serialize_key_and_certificates(b"log", key, None, None, CLOSED)
    for content in (closed, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, CLOSED)):
        with pytest.raises(ValueError, match=REFUSED):
            suite.opened_key(content, b"secret")


@pytest.mark.parametrize("name", ["log", "sm2-log"])
def test_a_file_of_an_earlier_version_opens_and_a_new_secret_rewrites_it(
    name: str, tmp_path: Path
) -> None:
    keys, file = FileKeys(tmp_path, b"m" * 32), tmp_path / f"{name}.key"
    public = keys.public(name)
    secret = keys._passphrase(name)
    file.write_bytes(_as_pkcs8(file, secret))
    assert b"-----BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert keys.public(name) == public

    other = FileKeys(tmp_path, b"n" * 32)
    assert keys.rekey(other) == 1
    assert file.read_bytes()[:1] == b"\x30", "DER, no PEM"
    assert other.public(name) == public
    with pytest.raises(KeyUnreadableError):
        keys.public(name)
