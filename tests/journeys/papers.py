"""What staff write at the console: the registration of the story's case, and its agreement."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, expect

from server.rehearsal import story
from server.rehearsal.play import CHINA, today
from tests.journeys.desk import Desk

SOON = timedelta(minutes=5)
YUAN = 100
LINK = re.compile(r"http\S+?/j/[\w-]+")


def planned() -> str:
    """Return a time for the sitting as the browser's own field takes it."""
    return (datetime.now(UTC) + SOON).astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def yuan(fen: int) -> str:
    """Return an amount as staff type it."""
    return f"{fen // YUAN}.{fen % YUAN:02d}"


async def register(desk: Desk, recorder: str) -> str:
    """Write the whole registration form and send it; return the case's number."""
    body = story.case(today(), None, "", "")
    await desk.follow("navCases")
    await desk.follow("registerNew")
    await desk.sees("registerTitle")
    await desk.look_both("04-register-empty")
    await _write_dispute(desk, body)
    first, second = body["parties"]
    await _write_applicant(desk, first)
    await _write_respondent(desk, second)
    await desk.label("fieldRecorder").select_option(label=recorder)
    await desk.label("fieldPlannedAt").fill(planned())
    await desk.look_both("05-register-filled", whole=True)
    await desk.press("registerGo")
    title = desk.sheet.get_by_role("heading", level=2)
    await expect(title).to_be_visible()
    await desk.look("06-registered")
    number = (await title.inner_text()).removeprefix(desk.words.start("registeredTitle"))
    await desk.follow("registeredOpen", desk.sheet)
    return number.strip()


async def _write_dispute(desk: Desk, body: dict[str, object]) -> None:
    await desk.label("fieldDisputeType").select_option(str(body["dispute_type"]))
    await desk.label("fieldSource").select_option(str(body["source"]))
    await desk.label("fieldChannel").select_option(str(body["channel"]))
    for key, name in (
        ("fieldSubType", "sub_type"),
        ("fieldMatter", "matter"),
        ("fieldSummary", "summary"),
        ("fieldOccurredOn", "occurred_on"),
        ("fieldPlace", "place"),
        ("fieldAcceptedOn", "accepted_on"),
    ):
        await desk.label(key).fill(str(body[name]))
    claims, claimed = body["claims"], body["amount_claimed"]
    assert isinstance(claims, list)
    assert isinstance(claimed, int)
    await desk.label("fieldClaims").fill("\n".join(claims))
    await desk.label("fieldAmount").fill(yuan(claimed))
    labour = body["labour"]
    assert isinstance(labour, dict)
    await desk.label("fieldInjuredOn").fill(labour["injured_on"])
    await desk.label("fieldReceivedOn").fill(labour["received_on"])


async def _write_applicant(desk: Desk, party: dict[str, object]) -> None:
    card = desk.page.locator(".party-card").nth(0)
    await desk.label("fieldName", card).fill(str(party["name"]))
    await desk.label("fieldAddress", card).fill(str(party["address"]))
    await desk.press("addCompanion", card)
    people = party["people"]
    assert isinstance(people, list)
    forms = card.locator(".form-person")
    await _write_person(desk, forms.nth(0), people[0])
    await desk.label("fieldName", forms.nth(1)).fill(people[1]["name"])
    await desk.label("fieldRelation", forms.nth(1)).fill(people[1]["relation"])
    await _write_person(desk, forms.nth(1), people[1])


async def _write_person(desk: Desk, form: Locator, person: dict[str, str]) -> None:
    for key, name in (
        ("fieldMobile", "mobile"),
        ("fieldIdNo", "id_no"),
        ("fieldEthnic", "ethnic"),
        ("fieldOccupation", "occupation"),
    ):
        if name in person:
            await desk.label(key, form).fill(person[name])


async def _write_respondent(desk: Desk, party: dict[str, object]) -> None:
    card = desk.page.locator(".party-card").nth(1)
    await desk.label("fieldKind", card).select_option("organisation")
    for key, name in (
        ("fieldOrgName", "name"),
        ("fieldShortName", "short_name"),
        ("fieldUscc", "uscc"),
        ("fieldLegalRep", "legal_representative"),
        ("fieldLegalRepPost", "legal_representative_post"),
        ("fieldAddress", "address"),
    ):
        await desk.label(key, card).fill(str(party[name]))
    people = party["people"]
    assert isinstance(people, list)
    agent, form = people[0], card.locator(".form-person").first
    if not await form.is_visible():
        await desk.press("addAgent", card)
    await desk.label("fieldName", form).fill(agent["name"])
    await desk.label("fieldRelation", form).fill(agent["relation"])
    await _write_person(desk, form, agent)
    authority = agent["authority"]
    await desk.label("fieldAgentKind", form).select_option(authority["kind"])
    await desk.label("fieldValidFrom", form).fill(authority["valid_from"])
    await desk.label("fieldValidTo", form).fill(authority["valid_to"])
    for box in await form.locator(".scopes input").all():
        await box.check()


async def invite(desk: Desk, name: str, *, look: str = "") -> str:
    """Send somebody the link, and return it as the desk shows it."""
    row = desk.page.locator(".person", has=desk.page.get_by_text(name, exact=True))
    await desk.press("invite", row)
    await desk.sees("inviteTitle", name=name)
    if look:
        await desk.look(f"{look}-invite")
    await desk.press("inviteGo", desk.sheet)
    await desk.sees("linkTitle", name=name)
    if look:
        await desk.look(f"{look}-link")
    text = await desk.sheet.locator(".link-box").inner_text()
    await desk.press("close", desk.sheet)
    found = LINK.search(text)
    assert found, text
    return found[0]


async def draft(desk: Desk, also: str = "") -> list[str]:
    """Write facts, clauses, items and instalments, and save them; return the clauses.

    `also` stands at the end of the facts.
    """
    day = today()
    clauses = story.clauses(day)
    await desk.press("change", desk.page.locator(".facts-field"))
    await desk.label("draftFacts").fill(story.facts(day) + also)
    for text in clauses:
        await desk.press("clauseAdd")
        await desk.page.locator(".clause-cell textarea").last.fill(text)
    await desk.press("draftSave")
    await expect(desk.button("draftSave")).to_be_hidden()
    await desk.press("payEdit")
    await _write_items(desk)
    await _write_instalments(desk)
    await desk.look("21-payments", whole=True)
    await desk.press("draftSave", desk.sheet)
    await expect(desk.page.locator("dialog[open]")).to_have_count(0)
    return clauses


async def _write_items(desk: Desk) -> None:
    for n, (name, amount) in enumerate(story.ITEMS):
        await desk.press("itemAdd", desk.sheet)
        row = desk.sheet.locator(".item-row").nth(n)
        await desk.label("itemName", row).fill(name)
        await desk.label("itemAmount", row).fill(yuan(amount))


async def _write_instalments(desk: Desk) -> None:
    for n, each in enumerate(story.payments(today(), "", "")):
        await desk.press("payAdd", desk.sheet)
        form = desk.sheet.locator("fieldset.form-person").nth(n)
        await desk.label("payAmount", form).fill(yuan(each["amount"]))
        await desk.label("payOn", form).fill(each["due_on"])
        if n == 0:  # the next ones begin as copies
            await desk.label("payHolder", form).fill(each["account_holder"])
            await desk.label("payBank", form).fill(each["bank"])
            await desk.label("payAccount", form).fill(each["account"])
