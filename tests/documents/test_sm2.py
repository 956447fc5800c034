"""SM2 against the standard's own example, OpenSSL's command line, and everything flipped."""

import subprocess
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, strategies as st

from server.documents import sm2
from server.documents.signatures import to_der
from server.documents.sm2 import Sm2Key
from server.documents.suites import P256, SM2, SUITES, SignatureSuite, suite_of
from server.domain.canonical import sm3_hex

MESSAGE = b"message digest"
PUBLIC = bytes.fromhex(
    "04"
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNATURE = encode_dss_signature(
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)
"""GB/T 32918.5, A.2: the recommended curve, the default identity, this message."""

KEY = Sm2Key.made()
ID = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")


def _spki(point: bytes) -> bytes:
    info = asn1_keys.PublicKeyInfo(
        {
            "algorithm": {
                "algorithm": "ec",
                "parameters": asn1_keys.ECDomainParameters(name="named", value="sm2p256v1"),
            },
            "public_key": asn1_keys.ECPointBitString(point),
        }
    )
    made: bytes = info.dump()
    return made


def test_the_standards_example_verifies() -> None:
    assert sm2.verify(_spki(PUBLIC), MESSAGE, SIGNATURE)
    assert not sm2.verify(_spki(PUBLIC), MESSAGE + b".", SIGNATURE)
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_another_identity_does_not_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    signature = KEY.sign(MESSAGE)
    monkeypatch.setattr(sm2, "IDENTITY", b"ALICE123@YAHOO.COM")
    assert not sm2.verify(KEY.public, MESSAGE, signature)


def test_openssl_verifies_ours_and_we_verify_openssls(tmp_path: Path) -> None:
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "ours").write_bytes(KEY.sign(MESSAGE))
    (tmp_path / "public").write_bytes(KEY.public)
    (tmp_path / "key").write_bytes(KEY.closed("log", b"secret"))
    public = ("-pubin", "-keyform", "DER", "-inkey", "public")
    said = _openssl(tmp_path, "-verify", *public, "-sigfile", "ours")
    assert b"Signature Verified Successfully" in said
    private = ("-inkey", "key", "-passin", "pass:secret")
    _openssl(tmp_path, "-sign", *private, "-out", "theirs")
    assert sm2.verify(KEY.public, MESSAGE, (tmp_path / "theirs").read_bytes())


def _openssl(folder: Path, *rest: str) -> bytes:
    command = ("openssl", "pkeyutl", *rest, *ID, "-in", "message")
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


@given(message=st.binary(max_size=300), where=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_flipped_bit_of_message_signature_or_key_fails(
    message: bytes, where: int, bit: int
) -> None:
    whole = (KEY.public, message, KEY.sign(message))
    assert sm2.verify(*whole)
    for part, content in enumerate(whole):
        if content:
            changed = list(whole)
            changed[part] = _flipped(content, where, bit)
            assert not SM2.verify(*changed), part


def _flipped(content: bytes, where: int, bit: int) -> bytes:
    place = where % len(content)
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


@pytest.mark.parametrize(
    "signature", [b"", b"\0" * 64, SIGNATURE + b"\0", encode_dss_signature(0, 0), b"\x30\x80"]
)
def test_what_is_no_signature_fails(signature: bytes) -> None:
    assert not sm2.verify(_spki(PUBLIC), MESSAGE, signature)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_suite_makes_keys_that_are_told_from_the_others(suite: SignatureSuite) -> None:
    key = suite.made_key()
    assert suite_of(key.public) is suite
    assert [one for one in SUITES.values() if one.owns(key.public)] == [suite]
    assert suite.verify(key.public, MESSAGE, to_der(key.sign(MESSAGE)))
    assert suite.opened_key(key.closed("log", b"s"), b"s").public == key.public
    other = P256 if suite is SM2 else SM2
    assert not other.verify(key.public, MESSAGE, key.sign(MESSAGE))
    with pytest.raises(ValueError, match=r"no key|refused"):
        other.opened_key(key.closed("log", b"s"), b"s")


HYBRID = sm2.SPKI_HEAD[:-1] + bytes([6 + KEY.public[-1] % 2]) + KEY.public[-64:]


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"rubbish", b"\x30\x00", KEY.public + b"\0", KEY.public[:-1], HYBRID],
    ids=["nothing", "words", "empty", "longer", "shorter", "hybrid"],  # keys differ every time
)
def test_what_is_no_key_belongs_to_no_suite(rubbish: bytes) -> None:
    assert suite_of(rubbish) is None
    assert not sm2.verify(rubbish, MESSAGE, KEY.sign(MESSAGE))
