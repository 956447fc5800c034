"""Judges the time stamps that keep a record provable, and every renewal of them.

A stamp holds as of its own moment. What it is worth today hangs on the next one having come
in time, and on the last one's certificate not having ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from server.archive.evidence import Evidence
from server.domain.canonical import sha256_hex
from server.domain.errors import InvalidValueError
from server.domain.inclusion import CHECKPOINT, CHECKPOINT_STAMP, STAMP_ROOT
from server.domain.record import PDF, pem_body
from server.domain.renewal import (
    APPENDED,
    DIGESTS,
    STAMP,
    WHOLE,
    Stamp,
    folder_of,
    follows,
    is_renewal,
    numbers_in,
    sums_name,
    sums_of,
    whole_pdf,
)
from server.domain.verification import Fact, fact_of

CODE = "archive_stamp"


def archive_stamp(evidence: Evidence) -> Fact:
    """Return whether unbroken stamps lead from the seal to one that still lasts.

    Not judged: a record of the earlier form that nobody has stamped, and one whose last
    stamp has ended, which is told by its date.
    """
    files, stamps = evidence.files, evidence.pdf.stamps
    if evidence.earlier and not stamps and not any(is_renewal(name) for name in files):
        return Fact(code=CODE, holds=None)
    tokens = renewal_stamps(evidence)
    bad = [*_odd(files), *_unlisted(evidence), *_bad_tokens(tokens), *_bad_pdf(evidence)]
    if bad or not stamps:
        return Fact(code=CODE, holds=False, parts=tuple(dict.fromkeys(bad)) or (PDF,))
    last = [stamps[-1], *(one for one in list(tokens.values())[-1:] if one)]
    return _lasting(stamps[-1], min(one.until for one in last), len(tokens), evidence.at)


def document_stamp(stamps: tuple[Stamp, ...], at: datetime | None) -> Fact:
    """Return the same of a PDF alone, of which nobody says how often it was to be renewed."""
    if not stamps:
        return Fact(code=CODE, holds=None)
    if not follows(stamps):
        return Fact(code=CODE, holds=False, parts=(PDF,))
    return _lasting(stamps[-1], stamps[-1].until, len(stamps) - 1, at)


def _lasting(stamp: Stamp, until: datetime, renewals: int, at: datetime | None) -> Fact:
    said: tuple[tuple[str, str | int], ...] = (
        ("at", stamp.at.astimezone(UTC).isoformat()),
        ("until", until.astimezone(UTC).isoformat()),
        ("authority", stamp.authority),
        ("renewals", renewals),
    )
    return Fact(code=CODE, holds=True if at is None or at <= until else None, facts=said)


def log_stamped(evidence: Evidence) -> Fact:
    """Return whether the checkpoint that holds the log has a time stamp, and whose.

    Its root certificate is in the record, and says as little about whose it is as the issuer's
    there; an earlier record lacks it. Not judged: a record without a stamp. Nothing was signed
    less for want of it.
    """
    if CHECKPOINT_STAMP not in evidence.files:
        return Fact(code="log_stamped", holds=None)
    stamp = _checkpoint_stamp(evidence, evidence.anchors)
    if stamp is None or not stamp.holds or not evidence.content(CHECKPOINT):
        return Fact(code="log_stamped", holds=False, parts=(CHECKPOINT_STAMP,))
    root = evidence.files.get(STAMP_ROOT)
    if root is not None and not _below(evidence, root):
        return Fact(code="log_stamped", holds=False, parts=(CHECKPOINT_STAMP, STAMP_ROOT))
    said: dict[str, str | int] = {
        "at": stamp.at.astimezone(UTC).isoformat(),
        "until": stamp.until.astimezone(UTC).isoformat(),
        "authority": stamp.authority,
        "known": int(bool(stamp.trusted)),
        **({"root_sha256": sha256_hex(pem_body(root))} if root else {}),
    }
    return fact_of("log_stamped", [], **said)


def _checkpoint_stamp(evidence: Evidence, anchors: Sequence[bytes]) -> Stamp | None:
    token, checkpoint = evidence.content(CHECKPOINT_STAMP), evidence.content(CHECKPOINT)
    return evidence.tools.read_stamp(token, checkpoint, anchors)


def _below(evidence: Evidence, root: bytes) -> bool:
    try:
        pem_body(root)
        stamp = _checkpoint_stamp(evidence, (root,))
    except InvalidValueError:
        return False
    return stamp is not None and stamp.trusted is True


def renewal_stamps(evidence: Evidence) -> dict[str, Stamp | None]:
    """Return what each renewal's token says of its list, by the token's file."""
    found: dict[str, Stamp | None] = {}
    for number in numbers_in(evidence.files):
        folder = folder_of(number)
        token = evidence.content(f"{folder}/{STAMP}")
        sums = evidence.content(f"{folder}/{sums_name(_digest(evidence.files, folder))}")
        found[f"{folder}/{STAMP}"] = evidence.tools.read_stamp(token, sums, evidence.anchors)
    return found


def untrusted(evidence: Evidence) -> list[str]:
    """Return the tokens of renewals whose chain ends in no given anchor."""
    stamps = renewal_stamps(evidence).items()
    return [name for name, one in stamps if one is not None and one.trusted is False]


def _digest(files: Mapping[str, bytes], folder: str) -> str:
    listed = (one for one in DIGESTS if f"{folder}/{sums_name(one)}" in files)
    return next(listed, DIGESTS[0])


def _odd(files: Mapping[str, bytes]) -> list[str]:
    """Return what is missing of the renewals, or stands among them and is none."""
    numbers = numbers_in(files)
    expected = {name for number in range(1, len(numbers) + 1) for name in _of(files, number)}
    found = {name for name in files if is_renewal(name)} - {WHOLE}
    odd = sorted(expected ^ found)
    whole = WHOLE not in files or (bool(numbers) and files[WHOLE] == whole_pdf(files))
    return odd if whole else [*odd, WHOLE]


def _of(files: Mapping[str, bytes], number: int) -> Iterator[str]:
    folder = folder_of(number)
    for name in (APPENDED, STAMP, sums_name(_digest(files, folder))):
        yield f"{folder}/{name}"


def _unlisted(evidence: Evidence) -> Iterator[str]:
    """Yield the lists that are not of everything that was there."""
    files, record = evidence.files, evidence.manifest.record_id
    for number in numbers_in(files):
        digest = _digest(files, folder_of(number))
        name = f"{folder_of(number)}/{sums_name(digest)}"
        if evidence.content(name) != sums_of(record, files, number, digest):
            yield name


def _bad_tokens(tokens: Mapping[str, Stamp | None]) -> list[str]:
    broken = [name for name, one in tokens.items() if one is None or not one.holds]
    read = tuple(one for one in tokens.values() if one is not None)
    return broken if broken or not read or follows(read) else list(tokens)


def _bad_pdf(evidence: Evidence) -> list[str]:
    """Judge that the seal's stamp and each renewal's end where their file ended."""
    stamps, files = evidence.pdf.stamps, evidence.files
    ends, names = [len(files.get(PDF, b""))], [PDF]
    for number in numbers_in(files):
        names.append(f"{folder_of(number)}/{APPENDED}")
        ends.append(ends[-1] + len(files.get(names[-1], b"")))
    if evidence.earlier:
        ends, names = ends[1:], names[1:]
    if [one.end for one in stamps] != ends:
        return [names[-1]]
    bad = [name for name, one in zip(names, stamps, strict=True) if not one.holds]
    return bad if bad or follows(stamps) else names
