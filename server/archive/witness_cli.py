"""`heyi witness`: checks the checkpoints that a witness was sent, with nothing of the server's."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from pathlib import Path

from server.domain.checkpoint import Checkpoint, CheckSignature, checkpoints_in
from server.domain.consistency import Proofs, earlier_of, read_consistency
from server.domain.errors import InvalidValueError
from server.domain.record import pem_body

HOLDS, FAILS, NOTHING = 0, 1, 2
WORDS = {
    "first": "第一个，其后各个都以它为准 the first, which those after it are held against",
    "led": "只在 {size} 条的那个检查点之后追加 only added to the checkpoint of {size} entries",
    "unsigned": "签名与公钥不符 not signed with this key",
    "apart": "没有证明能把它和此前的检查点连起来 no proof leads to it from one before",
}
_READ_OF_MAILS = {"text/plain", "application/json"}
_NEXT_MAIL = re.compile(rb"^(?=From )", re.MULTILINE)
_PROOF = re.compile(rb"\{[^{}]*\}")


def main(argv: Sequence[str], check: CheckSignature) -> int:
    """Tell of each checkpoint whether it holds; 0 where all do, 1 where one fails, 2 without any.

    They and the proofs are found wherever they stand: in a witness's files, in bodies that he
    saved one behind the other, in mails as they came.
    """
    asked = _parser().parse_args(argv)
    try:
        texts = _texts(asked.checkpoints)
        found = [one for text in texts for one in checkpoints_in(text.decode())]
        known = _proofs([*texts, *_texts(asked.proofs)])
        signer = pem_body(asked.key.read_bytes())
    except (InvalidValueError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"heyi witness: {_reason(error)}\n")
        return NOTHING
    told = [_judged(one, found[:at], known, signer, check) for at, one in enumerate(found)]
    for one, (holds, words) in zip(found, told, strict=True):
        sys.stdout.write(f"{'✓' if holds else '✗'} {one.head.size}: {words}\n")
    if not found:
        return NOTHING
    return HOLDS if all(holds for holds, _ in told) else FAILS


def _reason(error: Exception) -> str:
    return str(error.facts["reason"] if isinstance(error, InvalidValueError) else error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heyi witness", description=__doc__)
    parser.add_argument(
        "checkpoints", nargs="+", type=Path, help="texts or mails with them, oldest first"
    )
    parser.add_argument("--key", type=Path, required=True, metavar="PEM", help="the log's key")
    parser.add_argument(
        "--proofs", type=Path, action="append", default=[], help="the proofs that came with them"
    )
    return parser


def _texts(paths: Sequence[Path]) -> list[bytes]:
    return [text for path in paths for text in _texts_in(path.read_bytes())]


def _texts_in(content: bytes) -> Iterator[bytes]:
    """Yield the content itself; of a mail, or a mailbox of them, what each brought, decoded."""
    for one in _NEXT_MAIL.split(content):
        mail = message_from_bytes(one, policy=policy.default)
        if "MIME-Version" not in mail:
            yield one
            continue
        for part in mail.walk():
            if part.get_content_type() in _READ_OF_MAILS:
                yield bytes(part.get_payload(decode=True))


def _proofs(texts: Sequence[bytes]) -> Proofs:
    return dict(_read([line for text in texts for line in _PROOF.findall(text)]))


def _read(lines: Sequence[bytes]) -> list[tuple[tuple[int, int], tuple[bytes, ...]]]:
    """Return the proofs; what a full disk cut is none, and was written again."""
    found = []
    for line in lines:
        try:
            found.append(read_consistency(line))
        except InvalidValueError:
            continue
    return found


def _judged(
    one: Checkpoint,
    before: Sequence[Checkpoint],
    proofs: Proofs,
    key: bytes,
    check: CheckSignature,
) -> tuple[bool, str]:
    if not one.signed_by(key, check):
        return False, WORDS["unsigned"]
    if not before:
        return True, WORDS["first"]
    earlier = earlier_of(one, before, proofs)
    if earlier is None:
        return False, WORDS["apart"]
    return True, WORDS["led"].format(size=earlier.head.size)
