"""Walks the files of the project: what a clone holds, without what was built or installed."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BUILT = {
    ".cache",
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    ".vite",
    "__pycache__",
    "dist",
    "htmlcov",
    "node_modules",
    "shots",
    "test-results",
}
KEPT_OF_RECORDINGS = {"README.md", ".gitignore"}


def files(under: str = ".", *, endings: tuple[str, ...] = ("",)) -> Iterator[Path]:
    """Yield the project's files below a folder, in a stable order."""
    for folder, subfolders, names in os.walk(ROOT / under):
        subfolders[:] = sorted(set(subfolders) - BUILT)
        for name in sorted(names):
            path = Path(folder) / name
            if name.endswith(endings) and _belongs(path):
                yield path


def shown(path: Path) -> str:
    """Return the path as a reader of the project would write it."""
    return path.relative_to(ROOT).as_posix()


def _belongs(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts
    return inside[0] != "recordings" or (len(inside) == 2 and inside[1] in KEPT_OF_RECORDINGS)
