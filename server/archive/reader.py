"""Reads a record from its folder or its ZIP, without trusting either."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from server.domain.container import META, MIMETYPE, MIMETYPE_CONTENT
from server.domain.errors import InvalidValueError
from server.domain.record import MANIFEST
from server.domain.renewal import RENEWALS
from server.ports.pieces import MUCH

LARGEST = 256 * 1024 * 1024  # bytes of all files together; a record has well under one MiB
MOST_FILES = 2_000
OUTSIDE = "../"
"""How the names begin of what a package holds beside its record: no record has such a name."""
_HALF = re.compile(r"\.renewals/\.[0-9]+\.part/")
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# A name that leads elsewhere on some system: absolute, with a drive, upwards, or not to be written.
UNSAFE = re.compile(r"^/|\\|^[A-Za-z]:|(^|/)\.\.?(/|$)|//|[\x00-\x1f\x7f-\x9f]")
# What ZipFile raises on methods it lacks, passwords, and names that are no text.
UNREADABLE = (NotImplementedError, RuntimeError, UnicodeError)


def load(path: Path) -> dict[str, bytes]:
    """Return every file of the record at `path`, by relative path.

    Raises InvalidValueError when it is neither a folder nor a readable ZIP, or is too
    large to be a record.
    """
    return load_folder(path) if path.is_dir() else load_zip(path)


def load_folder(folder: Path) -> dict[str, bytes]:
    """Return the files below `folder`; a link counts as a file of no content.

    What lies beside it is taken along: out of a package the container's own files, unless the
    folder has them, and the renewals of its time stamp. A folder without a file counts as one.
    """
    named = {_inside(name): path for name, path in _with_empty(folder).items()}
    if not any(name.startswith(META) for name in named):
        beside = _with_empty(folder.parent / META)
        named |= {f"{META}{name}": path for name, path in beside.items()}
    for renewals in (folder.parent / RENEWALS, renewals_beside(folder)):
        named |= {f"{RENEWALS}{name}": path for name, path in _with_empty(renewals).items()}
    return _read(named)


def _inside(name: str) -> str:
    """Return the name of what lies in a folder: renewals do not, whatever it is called."""
    return f"{OUTSIDE}{name}" if name.startswith(RENEWALS) else name


def _with_empty(folder: Path) -> dict[str, Path]:
    bare = [p for p in folder.rglob("*") if _is_folder(p) and not any(map(_counts, p.iterdir()))]
    return _below(folder) | {f"{p.relative_to(folder)}/": p for p in sorted(bare)}


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and _counts(path)


def _counts(path: Path) -> bool:
    return not _HALF.search(f"{path}/")


def load_alone(folder: Path) -> dict[str, bytes]:
    """Return the files below `folder` and nothing beside it."""
    return _read(_below(folder))


def renewals_beside(record: Path) -> Path:
    """Return the folder in which an archive keeps the renewals of a record's time stamp."""
    return record.with_name(f"{record.absolute().name}.{RENEWALS.strip('/')}")


def _below(folder: Path) -> dict[str, Path]:
    found = sorted(p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return {str(p.relative_to(folder)): p for p in found if not _HALF.search(str(p))}


def _read(named: Mapping[str, Path]) -> dict[str, bytes]:
    _refuse_huge(len(named), sum(p.lstat().st_size for p in named.values()))
    return {name: _content(p) for name, p in named.items()}


def load_zip(package: Path | BinaryIO) -> dict[str, bytes]:
    """Return the files inside the one folder at the top of a ZIP, which is its manifest's.

    Nothing is unpacked before every name and size has been looked at. What lies in no such
    folder keeps a name that is no record's; so does a folder without a file.
    """
    try:
        with zipfile.ZipFile(package) as opened:
            every = opened.infolist()
            entries = [e for e in every if not e.is_dir()]
            _refuse_huge(len(every), sum(e.file_size for e in entries))
            _refuse_cunning(entries)
            top = _top(e.filename for e in entries)
            bare = {_place(name, top): b"" for name in _bare(every)}
            files = {_place(e.filename, top): _unpacked(opened, e) for e in entries}
            return _of_record(bare | files)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, *UNREADABLE) as error:
        raise InvalidValueError(field="path", reason="not_a_package") from error


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with opened.open(entry) as content:
        return b"".join(iter(partial(content.read, MUCH), b""))


def _refuse_cunning(entries: Sequence[zipfile.ZipInfo]) -> None:
    # Others unpack without a bound on what one read may grow to.
    if any(e.compress_type not in METHODS for e in entries) or _begins_late(entries):
        raise InvalidValueError(field="path", reason="not_a_package")
    names = [_below_top(e.filename) for e in entries]
    if any(UNSAFE.search(e.orig_filename) for e in entries):
        raise InvalidValueError(field="path", reason="unsafe_names")
    if any(stat.S_ISLNK(e.external_attr >> 16) for e in entries):
        raise InvalidValueError(field="path", reason="links")
    if len(set(names)) != len(names):
        raise InvalidValueError(field="path", reason="names_twice")


def _of_record(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out what only tells other programs that the ZIP is a container."""
    if files.get(MIMETYPE) == MIMETYPE_CONTENT:
        del files[MIMETYPE]
    return files


def _begins_late(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Return whether something stands before the ZIP: a program, say, that unpacks another."""
    return min((e.header_offset for e in entries), default=0) > 0


def _top(names: Iterable[str]) -> str:
    """Return the folder that holds the manifest, or else the first one, with its slash."""
    found = [name.split("/") for name in names if not name.startswith((META, RENEWALS))]
    tops = [parts[0] for parts in found if parts[1:] == [MANIFEST]]
    tops += [parts[0] for parts in found if parts[1:]]
    return f"{tops[0]}/" if tops else ""


def _bare(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    filled = {f"{parent}/" for e in entries for parent in PurePosixPath(e.filename).parents}
    return [e.filename for e in entries if e.is_dir() and e.filename not in filled]


def _place(name: str, top: str) -> str:
    """Return what a record calls a file of its package."""
    if name.startswith((META, RENEWALS)) or name == MIMETYPE:
        return name
    below = name.removeprefix(top)
    if top and below == name:
        return f"{OUTSIDE}{name}"
    apart = below.startswith((META, RENEWALS)) or below == MIMETYPE
    return f"{OUTSIDE}{name}" if apart else below


def _below_top(name: str) -> str:
    if name.startswith((META, RENEWALS)):
        return name
    parts = PurePosixPath(name).parts
    return "/".join(parts[1:]) if len(parts) > 1 else name


def _content(path: Path) -> bytes:
    return b"" if path.is_symlink() or not path.is_file() else path.read_bytes()


def _refuse_huge(files: int, size: int) -> None:
    if files > MOST_FILES:
        raise InvalidValueError(field="path", reason="too_many")
    if size > LARGEST:
        raise InvalidValueError(field="path", reason="too_large")
