"""`heyi demo`: plays the story and prints what came of it."""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from typing import Any

from server.archive.cli import main as verify
from server.rehearsal.browser import RehearsalError
from server.rehearsal.own_server import own_server
from server.rehearsal.peer import stay_on_loopback
from server.rehearsal.play import Outcome, play
from server.verifying import VERIFIER_TOOLS


def demonstrate(url: str | None, *, as_json: bool) -> int:
    """Play against `url` or an own server; return 0 when all went as told."""
    stay_on_loopback()
    begun = time.monotonic()
    try:
        outcome = asyncio.run(_play(url))
    except (RehearsalError, TimeoutError, OSError) as wrong:
        print(f"heyi demo: {type(wrong).__name__}: {wrong}", file=sys.stderr)
        return 1
    told = _told(outcome, time.monotonic() - begun)
    print(json.dumps(told, ensure_ascii=False) if as_json else _lines(told))
    return 0 if told["verified"] else 1


async def _play(url: str | None) -> Outcome:
    if url is not None:
        return await play(url)
    with tempfile.TemporaryDirectory(prefix="heyi-demo-") as data:
        async with own_server(Path(data)) as own:
            return await play(own)


def _told(outcome: Outcome, elapsed: float) -> dict[str, Any]:
    package = _keep(outcome.package)
    return {
        "agreement_number": outcome.number,
        "effective_on": outcome.effective_on,
        "confirmation_deadline": outcome.deadline,
        "package": str(package),
        "verified": _verified(package),
        "frames_received": outcome.frames,
        "elapsed_s": round(elapsed, 1),
    }


def _keep(package: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="heyi-", suffix=".zip", delete=False) as file:
        file.write(package)
    return Path(file.name)


def _verified(package: Path) -> bool:
    with contextlib.redirect_stdout(StringIO()):
        return verify([str(package), "--json"], VERIFIER_TOOLS) == 0


def _lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items())
