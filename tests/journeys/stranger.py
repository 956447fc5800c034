"""Whoever holds a printed agreement and asks the public page of its committee about it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import expect

from tests.journeys.stage import PATIENCE_MS, Stage

CODE_DIGITS = 16
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True)
class Printed:
    """What stands on the paper."""

    number: str
    code: str


def printed_in(data: Path) -> Printed:
    """Return it of the only record there is."""
    [folder] = [one for one in (data / "records").glob("*/[!.]*") if one.is_dir()]
    number: str = json.loads((folder / "manifest.json").read_text())["number"]
    digest = hashlib.sha256((folder / "agreement.json").read_bytes()).hexdigest()
    return Printed(number=number, code=digest[:CODE_DIGITS])


async def ask(people: Stage, printed: Printed, look: str) -> dict[str, str]:
    """Type number and check code on a phone; return what is told in English, by its code."""
    page, eyes = await people.stranger()
    told: dict[str, str] = {}
    for lang in LANGUAGES:
        await page.goto(f"{people.url}/verify?lang={lang}")
        await page.locator("#number").fill(printed.number)
        await page.locator("#code").fill(printed.code)
        await page.locator("form").last.get_by_role("button").click()
        await expect(page.locator("[role=status]")).to_be_visible(timeout=PATIENCE_MS)
        rows = await page.locator("dd[data-code]").all()
        told = {str(await one.get_attribute("data-code")): await one.inner_text() for one in rows}
        await eyes.look(page, look, whole=True)
    return told
