"""`heyi verify PATH`: checks a record offline and says each fact apart."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from server.archive.reader import load
from server.archive.renewed import CODE as ARCHIVE_STAMP
from server.archive.report_text import CHINA, as_json, as_text
from server.archive.verifier import verify_files
from server.domain.errors import InvalidValueError
from server.domain.record import ISSUER_CERTIFICATE
from server.domain.suites import NoSm2Error
from server.domain.verification import Fact, Report
from server.ports.archive import VerifierTools
from server.ports.documents import SealRoot, StampRoot

HOLDS, FAILS, NO_RECORD, UNJUDGED = 0, 1, 2, 3
EXIT_CODES = (
    "Exit status: 0 every fact holds, trust too; 1 a fact fails; 2 nothing to read, or signatures "
    "in SM2 and no OpenSSL here that can; 3 nothing fails, but the archive time stamp has ended, "
    "or trust was not judged: name the issuer with --trust, or do without. With --strict 3 for any "
    "fact that was not judged."
)
NO_SM2 = (
    "卷内有 SM2 签名，本机的 OpenSSL（libcrypto.so.3）不支持，没有作出判断。请换一台机器核验。"
    "It holds signatures in SM2, which this machine's OpenSSL cannot check: nothing was judged. "
    "Use another machine."
)


def main(
    argv: Sequence[str], tools: VerifierTools, now: datetime, own: Sequence[bytes] = ()
) -> int:
    """Return 0 when every fact holds, 1 when one fails, 2 without a record, 3 as `EXIT_CODES` say.

    How long the archive stamp lasts is judged as of `now`, aware, unless `--at` is given.
    `own` are issuers of this machine, as PEM: who made a record here need not be told whom to
    trust. They never count against a record of somebody else's.
    """
    asked = _parser().parse_args(argv)
    try:
        report = _report(asked, tools, asked.at or now, own)
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
    return _status(asked, report)


def _report(
    asked: argparse.Namespace, tools: VerifierTools, at: datetime, own: Sequence[bytes]
) -> Report:
    named = [path.read_bytes() for path in asked.trust]
    stamping = [StampRoot(path.read_bytes()) for path in asked.trust_stamps]
    for anchor in (*named, *stamping):
        tools.certificate_key(anchor)
    files = load(asked.path)
    issuers = [*named, *(one for one in own if one == files.get(ISSUER_CERTIFICATE))]
    report = verify_files(files, tools, _apart(issuers, stamping), at)
    return report if named else _at_home(report)


def _apart(issuers: Sequence[bytes], stamping: Sequence[StampRoot]) -> list[bytes]:
    """Return the anchors: issuers count for time stamps too unless somebody is named for them."""
    return [*map(SealRoot, issuers), *stamping] if stamping else [*issuers]


def _at_home(report: Report) -> Report:
    """Leave trust open where certificates came from outside: our own issuer is no judge of them."""
    outside = any(fact.code == "certificates" for fact in report.unknown)
    open_trust = Fact(code="trusted", holds=None)
    facts = tuple(
        open_trust if outside and fact.code == "trusted" else fact for fact in report.facts
    )
    return replace(report, facts=facts)


def _status(asked: argparse.Namespace, report: Report) -> int:
    if not report.verified:
        return FAILS
    unknown = {fact.code for fact in report.unknown}
    if asked.strict:
        return UNJUDGED if unknown else HOLDS
    # A record without a stamp has none that could end; such a fact says no dates.
    ended = any(fact.code == ARCHIVE_STAMP and fact.facts for fact in report.unknown)
    untrusted = "trusted" in unknown and not asked.without_trust
    return UNJUDGED if ended or untrusted else HOLDS


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
        help="an issuer certificate you have checked; may be given several times. It counts for "
        "the seal and the signers, and for time stamps as long as no --trust-stamps is given",
    )
    parser.add_argument(
        "--trust-stamps",
        type=Path,
        action="append",
        default=[],
        metavar="PEM",
        help="the root certificate of who made the time stamps, checked by you likewise; may be "
        "given several times. It lets no signature and no seal pass, and no --trust then lets a "
        "time stamp pass: a committee that stamps itself is named in both",
    )
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="judge as of this day or moment (ISO 8601, by the clock of China unless it says "
        "another) how long the archive time stamp lasts; now unless given",
    )
    parser.add_argument(
        "--without-trust",
        action="store_true",
        help="exit 0 though nobody said whom to trust: the record is consistent and unchanged",
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit 3 when nothing fails but a fact is unjudged"
    )
    return parser


def _moment(text: str) -> datetime:
    """Return the aware time that was meant. Raises ValueError for none, which argparse tells."""
    said = datetime.fromisoformat(text)
    return said if said.tzinfo else said.replace(tzinfo=CHINA)


def _reason(error: InvalidValueError | OSError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error.facts.get("reason", error.code))
