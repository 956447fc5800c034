"""`heyi demo`: plays the story and prints what came of it."""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import aiohttp

from server.archive.cli import main as verify
from server.archive.reader import load_zip
from server.domain.record import ISSUER_CERTIFICATE, pem_body
from server.rehearsal.browser import RehearsalError
from server.rehearsal.own_server import own_server
from server.rehearsal.peer import stay_on_loopback
from server.rehearsal.play import Outcome, play
from server.system import SystemClock
from server.verifying import VERIFIER_TOOLS, keep_issuer


def demonstrate(url: str | None, *, as_json: bool) -> int:
    """Play against `url` or an own server; return 0 when all went as told."""
    stay_on_loopback()
    begun = time.monotonic()
    try:
        outcome, issuer = asyncio.run(_play(url))
    except (RehearsalError, TimeoutError, OSError) as wrong:
        print(f"heyi demo: {type(wrong).__name__}: {wrong}", file=sys.stderr)
        return 1
    keep_issuer(issuer)
    told = _told(outcome, issuer, time.monotonic() - begun)
    print(json.dumps(told, ensure_ascii=False) if as_json else _lines(told))
    return 0 if told["verified"] else 1


async def _play(url: str | None) -> tuple[Outcome, bytes]:
    if url is not None:
        return await _played(url)
    with tempfile.TemporaryDirectory(prefix="heyi-demo-") as data:
        async with own_server(Path(data)) as own:
            return await _played(own)


async def _played(url: str) -> tuple[Outcome, bytes]:
    outcome = await play(url)
    return outcome, await _issuer(url, outcome.package)


async def _issuer(url: str, package: bytes) -> bytes:
    """Return the record's issuer, as PEM, whose fingerprint that server itself publishes."""
    certificate = load_zip(BytesIO(package))[ISSUER_CERTIFICATE]
    async with aiohttp.ClientSession() as http, http.get(f"{url.rstrip('/')}/verify") as answer:
        published = await answer.text()
    if sha256(pem_body(certificate)).hexdigest().upper() not in published:
        raise RehearsalError("the server publishes another issuer than its record names")
    return certificate


def _told(outcome: Outcome, issuer: bytes, elapsed: float) -> dict[str, Any]:
    package = _keep(outcome.package)
    return {
        "agreement_number": outcome.number,
        "effective_on": outcome.effective_on,
        "confirmation_deadline": outcome.deadline,
        "package": str(package),
        "verified": _verified(package, issuer),
        "frames_received": outcome.frames,
        "elapsed_s": round(elapsed, 1),
    }


def _keep(package: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="heyi-", suffix=".zip", delete=False) as file:
        file.write(package)
    return Path(file.name)


def _verified(package: Path, issuer: bytes) -> bool:
    with contextlib.redirect_stdout(StringIO()):
        now = SystemClock().now()
        return verify([str(package), "--json"], VERIFIER_TOOLS, now, [issuer]) == 0


def _lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items())
