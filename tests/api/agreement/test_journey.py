"""The agreement over real HTTP, from an empty draft to a record on the officer's screen."""

from typing import Any

from aiohttp import FormData

from server.domain.sealing_rule import RuleStep
from server.usecases import set_sealing
from tests.api.agreement.people import Desk, Signer, desk, draft, step_up, values
from tests.support import signing
from tests.support.site import ORIGIN, Town
from tests.support.world import Stage


async def locked(office: Stage, site: Town) -> tuple[Desk, dict[str, Any]]:
    made = await desk(office, site)
    await made.ask("su", "PUT", made.path, draft(made.case))
    for signer in (made.worker, made.agent):
        await signer.agree_to_all()
    view = await made.ask("su", "GET", made.path)
    assert view["missing"] == []
    return made, await made.ask("su", "POST", f"{made.path}/lock", {"revision": view["revision"]})


async def signs(made: Desk, signer: Signer, scan: str | None = None) -> dict[str, Any]:
    text = await signer.get("/api/seat/agreement")
    assert (text["may_sign"], text["sign_blocked"]) == (True, None)
    await signer.look(text["pages"])
    ask = signer.statement_ask(text["pdf_sha256"], await made.code(signer, "sign"))
    statement = await signer.post("/api/seat/signing/statement", ask)
    assert values(statement)["pdf_sha256"] == text["pdf_sha256"]
    turn = await signer.post("/api/seat/signing", signer.sign_ask(statement, scan))
    assert turn["life_s"] == 30
    return await signer.post("/api/seat/signing/finish", signer.finish_ask(statement, turn))


async def scan(made: Desk) -> str:
    form = FormData()
    form.add_field("file", signing.picture(9), filename="章.png", content_type="image/png")
    head = {"Origin": ORIGIN}
    async with made.agent.browser.fetch(
        "POST", "/api/seat/files", data=form, headers=head
    ) as answer:
        assert answer.status == 200
        return str((await answer.json())["id"])


async def test_the_whole_way_over_http(office: Stage, site: Town) -> None:
    made, view = await locked(office, site)
    assert [(s["role"], s["label"]) for s in view["signatures"]] == [
        ("party", "甲方"),
        ("agent", "乙方"),
        ("mediator", ""),
        ("recorder", ""),
    ]
    box = (await made.worker.get("/api/seat/agreement"))["sign_box"]
    assert 1 <= box["page"] <= view["pages"]
    assert all(0 < box[name] < 1 for name in ("x", "y", "width", "height"))
    receipt = await signs(made, made.worker)
    assert (receipt["state"], receipt["number"]) == ("locked", None)
    assert [p["signed_at"] is not None for p in receipt["progress"]] == [True, False, False, False]
    await signs(made, made.agent, await scan(made))
    await expect_sealed(made, view["pdf_sha256"])


async def test_two_people_seal_over_http(office: Stage, site: Town) -> None:
    await set_sealing.change(office.world, signing.stepped_up("he"), RuleStep.TO_TWO)
    made, view = await locked(office, site)
    ask = {"pdf_sha256": view["pdf_sha256"]}
    await signs(made, made.worker)
    await signs(made, made.agent, await scan(made))
    for login in ("su", "jiang"):
        await step_up(made, login)
        view = await made.ask(login, "POST", f"{made.path}/sign", ask)
    assert (view["sealing"]["two"], view["sealing"]["awaited"]) == (True, "release")
    today = await made.ask("he", "GET", "/api/today")
    assert today["seals"][0]["awaited_of"] == ["苏慧珍", "江一帆"]
    assert today["sealing"]["by"] == ["何建平"]
    await step_up(made, "he")
    refused = await made.ask("he", "POST", f"{made.path}/seal", ask, expected=409)
    assert refused["code"] == "not_released"
    released = await made.ask("su", "POST", f"{made.path}/release", ask)
    assert released["sealing"]["released_by_me"]
    assert released["sealing"]["awaited_of"] == ["何建平"]
    await made.ask("su", "POST", f"{made.path}/release/withdraw")
    await made.ask("jiang", "POST", f"{made.path}/release", ask)
    sealed = await made.ask("he", "POST", f"{made.path}/seal", ask)
    opened = await made.ask(
        "officer", "POST", f"/api/records/{sealed['record_id']}/open", {"reason": "核对"}
    )
    (both,) = [one for one in opened["facts"] if one["code"] == "two_people"]
    assert (both["holds"], both["facts"]["released_by"]) == (True, "江一帆")
    assert [one["kind"] for one in opened["course"]].count("seal.released") == 2
    rule = await made.ask("su", "GET", "/api/sealing")
    assert [(one["step"], one["by"]) for one in rule["changes"]] == [("to_two", "何建平")]


async def expect_sealed(made: Desk, pdf_sha256: str) -> None:
    ask = {"pdf_sha256": pdf_sha256}
    for login in ("su", "jiang"):
        await made.ask(login, "POST", f"{made.path}/sign", ask, expected=403)
        await step_up(made, login)
        await made.ask(login, "POST", f"{made.path}/sign", ask)
    await step_up(made, "he")
    sealed = await made.ask("he", "POST", f"{made.path}/seal", ask)
    assert (sealed["state"], sealed["seal_waits"]) == ("sealed", False)
    assert sealed["number"] == "湖禾人调字〔2025〕第001号"
    assert (sealed["effective_on"], sealed["confirmation_deadline"]) == (
        "2025-03-10",
        "2025-04-09",
    )
    again = await made.ask("he", "POST", f"{made.path}/seal", ask)
    assert again["record_id"] == sealed["record_id"]
    seat = await made.worker.get("/api/seat")
    assert seat["receipt"]["number"] == sealed["number"]
    await expect_copy(made)
    await expect_record(made, sealed["record_id"])


async def expect_copy(made: Desk) -> None:
    code = await made.code(made.worker, "copy")
    ticket = await made.worker.post("/api/seat/copy", {"code": code})
    async with made.worker.browser.fetch("GET", ticket["path"]) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert (await answer.read()).startswith(b"%PDF-")


async def expect_record(made: Desk, record_id: str) -> None:
    found = await made.ask("officer", "GET", "/api/records?name=陈水根&amount_min=11500000")
    assert [row["id"] for row in found["records"]] == [record_id]
    assert "512099" not in str(found)
    path = f"/api/records/{record_id}"
    await made.ask("officer", "POST", f"{path}/open", {"reason": ""}, expected=422)
    opened = await made.ask("officer", "POST", f"{path}/open", {"reason": "核对原件"})
    assert all(fact["holds"] for fact in opened["facts"])
    assert {fact["code"] for fact in opened["facts"]} >= {"trusted", "registered", "intact"}
    assert [s["how"] for s in opened["signers"]] == ["phone_code"] * 2 + ["staff_key"] * 2
    assert opened["suites"] == ["p256-sha256"]
    assert opened["course"][-1]["kind"] == "record.viewed"
    signed = [one["who"] for one in opened["course"] if one["kind"] == "sign.done"]
    assert signed == ["陈水根", "林启航", "苏慧珍", "江一帆"]
    await expect_downloads(made, path, opened)


async def expect_downloads(made: Desk, path: str, opened: dict[str, Any]) -> None:
    signer = opened["signers"][0]["signer"]
    for part, media in (
        ("pdf", "application/pdf"),
        ("package", "application/zip"),
        ("pages/1", "image/webp"),
        (f"handwriting/{signer}", "image/png"),
    ):
        asked = f"{path}/{part}?opening={opened['opening']}"
        async with made.staff["officer"].fetch("GET", asked) as answer:
            assert (answer.status, answer.content_type) == (200, media)
            assert answer.headers["Cache-Control"] == "no-store"
        async with made.staff["officer"].fetch("GET", f"{path}/{part}") as answer:
            assert answer.status == 403
        async with made.staff["he"].fetch("GET", asked) as answer:
            assert answer.status == 403


async def test_a_stale_writer_gets_409_and_reads_the_newer_draft(office: Stage, site: Town) -> None:
    made = await desk(office, site)
    await made.ask("su", "PUT", made.path, draft(made.case))
    refused = await made.ask("jiang", "PUT", made.path, draft(made.case), expected=409)
    assert refused == {"code": "stale_revision", "facts": {"revision": 1}}
    view = await made.ask("jiang", "GET", made.path)
    assert view["revision"] == 1
    edit = draft(made.case, 1) | {
        "clauses": [{"id": c["id"], "text": c["text"]} for c in view["clauses"]][:2]
    }
    after = await made.ask("jiang", "PUT", made.path, edit)
    assert [c["version"] for c in after["clauses"]] == [1, 1]


async def test_the_lock_names_what_is_missing(office: Stage, site: Town) -> None:
    made = await desk(office, site)
    view = await made.ask("su", "PUT", made.path, draft(made.case))
    codes = {finding["code"] for finding in view["missing"]}
    assert codes == {"clause_not_heard"}
    assert {f["facts"]["party"] for f in view["missing"]} == {"甲方", "乙方"}
    refused = await made.ask("su", "POST", f"{made.path}/lock", {"revision": 1}, expected=409)
    assert refused["code"] == "missing_steps"
    assert "clause_not_heard:1" in refused["facts"]["missing"]
    assert view["total_words"] == "壹拾壹万伍仟元整"


async def test_a_new_version_voids_what_was_signed(office: Stage, site: Town) -> None:
    made, view = await locked(office, site)
    await signs(made, made.worker)
    opened = await made.ask("su", "POST", f"{made.path}/reopen", {"reason": "金额要改"})
    assert (opened["state"], opened["text_version"]) == ("drafting", 2)
    assert all(s["signed_at"] is None for s in opened["signatures"])
    ask = made.worker.statement_ask(view["pdf_sha256"], "123456")
    refused = await made.worker.post("/api/seat/signing/statement", ask, expected=409)
    assert refused["code"] == "wrong_state"


async def test_who_may_knock(office: Stage, site: Town) -> None:
    made = await desk(office, site)
    stranger = site.browser()
    for path in (made.path, "/api/seat/agreement", "/api/records"):
        status, body = await stranger.ask("GET", path)
        assert (status, body["code"]) == (401, "signed_out")
    for login, expected in (("lin", 403), ("officer", 403), ("he", 200), ("jiang", 200)):
        await made.ask(login, "GET", made.path, expected=expected)
    await made.ask("he", "PUT", made.path, draft(made.case), expected=403)
    for page in ("0", "x", "99999"):
        async with made.staff["su"].fetch("GET", f"{made.path}/pages/{page}") as answer:
            assert answer.status in {404, 409}


async def test_refusing_answers_with_the_seat(office: Stage, site: Town) -> None:
    made, _ = await locked(office, site)
    seat = await made.worker.post("/api/seat/signing/refuse", {"reason": "再想想"})
    assert seat["agreement_state"] == "locked"
    view = await made.ask("su", "GET", made.path)
    assert view["refusals"] == [{"signer": made.worker.person_id, "reason": "再想想"}]
    assert view["signatures"][0]["blocked"] == "refused"
