"""`heyi witness`: checks the checkpoints that a witness was sent, with nothing of the server's."""

import argparse
import sys
from collections.abc import Sequence
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


def main(argv: Sequence[str], check: CheckSignature) -> int:
    """Tell of each checkpoint whether it holds; 0 where all do, 1 where one fails, 2 without any.

    They are found wherever they stand in a text: a witness's file, or mails.
    """
    asked = _parser().parse_args(argv)
    try:
        found = [
            one for path in asked.checkpoints for one in checkpoints_in(path.read_text("utf-8"))
        ]
        known, signer = _proofs(asked.proofs), pem_body(asked.key.read_bytes())
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
    parser.add_argument("checkpoints", nargs="+", type=Path, help="texts with them, oldest first")
    parser.add_argument("--key", type=Path, required=True, metavar="PEM", help="the log's key")
    parser.add_argument(
        "--proofs", type=Path, action="append", default=[], help="the proofs that came with them"
    )
    return parser


def _proofs(paths: Sequence[Path]) -> Proofs:
    return dict(_read([line for path in paths for line in path.read_bytes().splitlines()]))


def _read(lines: Sequence[bytes]) -> list[tuple[tuple[int, int], tuple[bytes, ...]]]:
    """Return the proofs; a line that a full disk cut is none, and was written again."""
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
