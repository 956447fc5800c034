"""Keys in a token: what it keeps to itself, and what is said when it does not answer."""

import hmac
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass
from pkcs11.exceptions import AttributeSensitive

from server.documents.key_files import FileKeys
from server.documents.key_token import TokenKeys
from server.documents.keys import KeysUnavailableError
from server.documents.signatures import verify_signature
from server.documents.suites import P256Key
from tests.support.tokens import PIN, TokenDrawer

OTHER_PIN = "111111"
NEVER = (
    Attribute.EXTRACTABLE,
    Attribute.DECRYPT,
    Attribute.UNWRAP,
    Attribute.DERIVE,
    Attribute.SIGN_RECOVER,
)


@pytest.fixture
def keys(tokens: TokenDrawer, tmp_path: Path) -> TokenKeys:
    return tokens.keys(tmp_path)


def reason(keys: TokenKeys, name: str = "seal-hexi") -> object:
    """Return why it does not sign."""
    with pytest.raises(KeysUnavailableError) as refused:
        keys.sign(name, b"m")
    return refused.value.facts["reason"]


def test_a_private_key_never_leaves_the_token_and_only_signs(keys: TokenKeys) -> None:
    keys.sign("seal-hexi", b"m")
    keys.take("staff-su", P256Key.made())
    session = keys.token.opened().session
    private = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
    assert sorted(one[Attribute.LABEL] for one in private) == ["seal-hexi", "staff-su"]
    for one in private:
        assert one[Attribute.SENSITIVE]
        assert one[Attribute.SIGN]
        assert not any(one[what] for what in NEVER)
        with pytest.raises(AttributeSensitive):
            one[Attribute.VALUE]


def test_what_lies_beside_the_token_is_no_secret(keys: TokenKeys) -> None:
    keys.sign("seal-hexi", b"m")
    assert {path.name for path in keys.folder.iterdir()} == {"seal-hexi.pub", "pin.lock"}
    assert b"PRIVATE" not in (keys.folder / "seal-hexi.pub").read_bytes()
    assert keys.token.pin not in repr(keys)


def test_a_key_made_elsewhere_stays_the_same_key(keys: TokenKeys) -> None:
    made = P256Key.made()
    keys.take("seal-hexi", made)
    keys.take("seal-hexi", P256Key.made())
    assert keys.public("seal-hexi") == made.public
    assert verify_signature(made.public, b"m", keys.sign("seal-hexi", b"m"))
    assert keys.expect_all() == 1


def test_a_token_pulled_out_is_told_and_goes_on_when_it_is_back(
    keys: TokenKeys, tokens: TokenDrawer
) -> None:
    public = keys.public("seal-hexi")
    tokens.pull()
    try:
        assert reason(keys) in {"no_answer", "no_token"}
        assert reason(keys) in {"no_answer", "no_token"}
        assert keys.public("seal-hexi") == public
    finally:
        tokens.put_back()
    assert verify_signature(public, b"m", keys.sign("seal-hexi", b"m"))


def test_a_key_of_another_token_with_the_same_label_never_stands_in(
    tokens: TokenDrawer, tmp_path: Path
) -> None:
    tokens.keys(tmp_path).sign("seal-hexi", b"m")
    assert reason(tokens.keys(tmp_path)) == "other_key"


def test_a_signature_of_a_key_that_was_exchanged_never_gets_out(keys: TokenKeys) -> None:
    keys.sign("seal-hexi", b"m")
    keys.sign("staff-su", b"m")
    seal, staff = (keys.folder / f"{name}.pub" for name in ("seal-hexi", "staff-su"))
    its_id = staff.read_bytes().partition(b"\n")[0]
    seal.write_bytes(its_id + b"\n" + seal.read_bytes().partition(b"\n")[2])
    assert reason(keys) == "other_key"


def test_no_key_is_made_beside_those_at_the_other_place(keys: TokenKeys, tmp_path: Path) -> None:
    keys.sign("seal-hexi", b"m")
    files = FileKeys(keys.folder, b"m" * 32)
    for name in ("seal-hexi", "staff-su"):
        with pytest.raises(KeysUnavailableError) as refused:
            files.sign(name, b"m")
        assert refused.value.facts["reason"] == "in_token"
    other = TokenKeys(tmp_path / "other", keys.token)
    FileKeys(other.folder, b"m" * 32).sign("seal-hexi", b"m")
    assert reason(other) == reason(other, "staff-su") == "in_files"


def test_a_wrong_pin_is_tried_once_and_never_again(tokens: TokenDrawer, tmp_path: Path) -> None:
    wrong = tokens.keys(tmp_path, pin=OTHER_PIN)
    assert reason(wrong) == "wrong_pin"
    assert OTHER_PIN.encode() not in wrong.token.refused.read_bytes()
    _change_pin(wrong, PIN, OTHER_PIN)
    assert reason(wrong) == "wrong_pin"  # it would be right by now: nobody asked the token
    wrong.token.refused.unlink()
    assert wrong.sign("seal-hexi", b"m")


@pytest.mark.parametrize("earlier", [False, True], ids=["this form", "the earlier form"])
def test_a_refused_pin_is_remembered_under_another_master_secret(
    tokens: TokenDrawer, tmp_path: Path, *, earlier: bool
) -> None:
    wrong = tokens.keys(tmp_path, pin=OTHER_PIN)
    assert reason(wrong) == "wrong_pin"
    if earlier:
        said = f"{wrong.token.label}\0{OTHER_PIN}".encode()
        wrong.token.refused.write_text(hmac.digest(wrong.token.secret, said, "sha256").hex())
    _change_pin(wrong, PIN, OTHER_PIN)
    secret = wrong.token.secret if earlier else b"another master secret of 32 bytes"
    rotated = TokenKeys(wrong.folder, replace(wrong.token, secret=secret))
    assert reason(rotated) == "wrong_pin"  # it would be right by now: nobody asked the token
    rotated.token.refused.unlink()
    assert rotated.sign("seal-hexi", b"m")


def test_another_pin_is_tried(tokens: TokenDrawer, tmp_path: Path) -> None:
    label = tokens.new()
    assert reason(tokens.keys(tmp_path, label, pin=OTHER_PIN)) == "wrong_pin"
    right = tokens.keys(tmp_path, label)
    assert right.sign("seal-hexi", b"m")
    assert not right.token.refused.exists()


def _change_pin(keys: TokenKeys, old: str, new: str) -> None:
    token = pkcs11.lib(str(keys.token.module)).get_token(token_label=keys.token.label)
    with token.open(rw=True, user_pin=old) as session:
        session.set_pin(old, new)
    keys.token.forget()


def test_no_token_and_no_module_are_told_apart(tokens: TokenDrawer, tmp_path: Path) -> None:
    assert reason(tokens.keys(tmp_path, "no such label")) == "no_token"
    gone = TokenDrawer(tokens.folder, tmp_path / "gone.so")
    assert reason(gone.keys(tmp_path, "t")) == "no_module"
    (tmp_path / "text.so").write_text("no library")
    text = TokenDrawer(tokens.folder, tmp_path / "text.so")
    assert reason(text.keys(tmp_path, "t")) == "no_module"


def test_two_tokens_of_one_label_are_one_too_many(tokens: TokenDrawer, tmp_path: Path) -> None:
    label = tokens.new("twice")
    tokens.new("twice")
    assert reason(tokens.keys(tmp_path, label)) == "two_tokens"
