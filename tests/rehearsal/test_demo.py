"""`heyi demo` plays the whole story; its outcome is checked against an independent table."""

import asyncio
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest

from tests.support.server import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def _heyi(*words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


def expected_deadline(effective: date) -> str | None:
    """Return the court-confirmation day by another calendar than our own."""
    day = effective + timedelta(days=30)
    try:
        while not chinese_calendar.is_workday(day):
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return day.isoformat()


def check(told: dict[str, Any]) -> None:
    effective = date.fromisoformat(told["effective_on"])
    assert told["agreement_number"].startswith(f"湖禾人调字〔{effective.year}〕第")
    assert told["confirmation_deadline"] == expected_deadline(effective)
    assert told["frames_received"] > 100
    assert told["verified"] is True


async def test_the_story_plays_against_a_running_server_twice(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        numbers = []
        for _ in range(2):
            status, out = await _heyi("demo", "--url", server.url, "--json")
            assert status == 0
            told = json.loads(out)
            check(told)
            numbers.append(told["agreement_number"])
        assert len(set(numbers)) == 2


async def test_the_story_plays_on_a_server_of_its_own_and_verifies_afterwards() -> None:
    status, out = await _heyi("demo", "--json")
    assert status == 0
    told = json.loads(out)
    check(told)
    package = Path(told["package"])
    assert (await _heyi("verify", str(package)))[0] == 0
    broken = package.with_suffix(".broken.zip")
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)
    try:
        assert (await _heyi("verify", str(broken)))[0] != 0
    finally:
        broken.unlink()
        package.unlink()
