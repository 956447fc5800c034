"""What every key provider does, whether its keys are files or lie in a token."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.documents.certificates import certificate_key, certificates
from server.documents.key_files import FileKeys
from server.documents.key_token import TokenKeys
from server.documents.signatures import make_signature
from server.domain.ids import CommitteeId
from server.ports.documents import KeyRef
from tests.documents.example import SEALED_AT

HEXI = CommitteeId("hexi")
SEAL = "seal-hexi"
AT_ONCE = 4

Keys = FileKeys | TokenKeys


@pytest.fixture(params=["files", "token"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    folder = tmp_path / "keys"
    if request.param == "files":
        return FileKeys(folder, b"m" * 32)
    folder.mkdir()
    found: TokenKeys = request.getfixturevalue("tokens").keys(folder)
    return found


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Raise InvalidSignature unless `cryptography` finds the signature good."""
    key = load_der_public_key(public)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def test_a_key_is_made_on_first_use_and_stays_the_same(keys: Keys) -> None:
    signature = keys.sign(SEAL, b"statement")
    public = keys.public(SEAL)
    verify(public, signature, b"statement")
    verify(public, keys.sign(SEAL, b""), b"")
    assert keys.public(SEAL) == public
    with pytest.raises(InvalidSignature):
        verify(public, signature, b"statements")


def test_each_name_has_its_own_key(keys: Keys) -> None:
    assert keys.public(SEAL) != keys.public("staff-su")
    with pytest.raises(InvalidSignature):
        verify(keys.public("staff-su"), keys.sign(SEAL, b"m"), b"m")


def test_names_of_any_committee_are_names(keys: Keys) -> None:
    made = make_signature(keys, KeyRef(committee_id=CommitteeId("../../禾溪 x")), b"m")
    verify(made.public_key, made.signature, b"m")


def test_a_provider_travels_to_another_process(keys: Keys) -> None:
    public = keys.public(SEAL)
    travelled: Keys = pickle.loads(pickle.dumps(keys))
    verify(public, travelled.sign(SEAL, b"m"), b"m")


def test_a_companion_is_made_once(keys: Keys) -> None:
    made = iter([b"first", b"second"])
    assert keys.companion("seal.crt", lambda: next(made)) == b"first"
    assert keys.companion("seal.crt", lambda: next(made)) == b"first"
    assert next(made) == b"second"


def test_certificates_are_of_the_keys(keys: Keys) -> None:
    seal, issuer = certificates(keys, HEXI, SEALED_AT)
    assert certificate_key(seal) == keys.public(SEAL)
    assert certificate_key(issuer) == keys.public("issuer-hexi")
    assert certificates(keys, HEXI, SEALED_AT) == (seal, issuer)


ONE_OF_MANY = """
import pickle, sys
keys = pickle.loads(bytes.fromhex(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(keys.sign("seal-hexi", b"m").hex(), keys.public("seal-hexi").hex())
"""


def test_several_processes_at_once_make_one_key(keys: Keys) -> None:
    command = [sys.executable, "-c", ONE_OF_MANY, pickle.dumps(keys).hex()]
    pipe = subprocess.PIPE
    many = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(AT_ONCE)]
    for one in many:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    told = [one.communicate("go\n")[0].split() for one in many]
    for signature, public in told:
        verify(keys.public(SEAL), bytes.fromhex(signature), b"m")
        assert bytes.fromhex(public) == keys.public(SEAL)
