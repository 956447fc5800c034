"""`heyi verify PATH`: checks a record offline and says each fact apart."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from server.archive.report_text import as_json, as_text
from server.archive.verifier import verify_path
from server.domain.errors import InvalidValueError
from server.domain.suites import NoSm2Error
from server.ports.archive import VerifierTools

HOLDS, FAILS, NO_RECORD, UNJUDGED = 0, 1, 2, 3
EXIT_CODES = (
    "Exit status: 0 every judged fact holds; 1 a fact fails; 2 nothing to read, or signatures "
    "in SM2 and no OpenSSL here that can; "
    "3 with --strict: nothing fails, but a fact (trust without --trust) was not judged."
)
NO_SM2 = (
    "卷内有 SM2 签名，本机的 OpenSSL（libcrypto.so.3）不支持，没有作出判断。请换一台机器核验。"
    "It holds signatures in SM2, which this machine's OpenSSL cannot check: nothing was judged. "
    "Use another machine."
)


def main(argv: Sequence[str], tools: VerifierTools, anchors: Sequence[bytes] = ()) -> int:
    """Return 0 when every judged fact holds, 1 when one fails, 2 when there is no record.

    `anchors` are trusted besides those named with --trust. Without any, `trusted` stays
    unjudged, which the last line says; with --strict an unjudged fact makes the result 3.
    """
    asked = _parser().parse_args(argv)
    try:
        trusted = [*anchors, *(path.read_bytes() for path in asked.trust)]
        for anchor in trusted:
            tools.certificate_key(anchor)
        report = verify_path(asked.path, tools, trusted)
    except NoSm2Error:
        sys.stderr.write(f"{asked.path}: {NO_SM2}\n")
        return NO_RECORD
    except (InvalidValueError, OSError) as error:
        sys.stderr.write(f"{asked.path}: {_reason(error)}\n")
        return NO_RECORD
    sys.stdout.write(
        json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"
        if asked.json
        else as_text(report, asked.language)
    )
    if not report.verified:
        return FAILS
    return UNJUDGED if asked.strict and report.unknown else HOLDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heyi verify", description=__doc__, epilog=EXIT_CODES)
    parser.add_argument("path", type=Path, help="a record's folder or its ZIP package")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="PEM",
        help="an issuer certificate you have checked; may be given several times",
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit 3 when nothing fails but a fact is unjudged"
    )
    return parser


def _reason(error: InvalidValueError | OSError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error.facts.get("reason", error.code))
