"""The desk over HTTP: registering, changing, uploading, inviting."""

import io
from typing import Any

import aiohttp
import pytest

from server.usecases.share_files import LARGEST
from tests.support.site import Browser, Town

PERSON = {
    "role": "party",
    "name": "陈水根",
    "mobile": "19900000001",
    "id_no": "512099197904123018",
}
AGENT = {
    "role": "agent",
    "name": "林启航",
    "mobile": "19900000003",
    "id_no": "35029919880607501X",
    "authority": {
        "kind": "employee",
        "scopes": ["concede", "sign"],
        "valid_from": "2025-03-09",
    },
}
CASE = {
    "dispute_type": "10b",
    "source": "applied",
    "matter": "工伤赔偿",
    "summary": "在工地拆模板时坠落。",
    "mediator_id": "staff-su",
    "planned_at": "2025-03-14T09:00:00+08:00",
    "labour": {"received_on": "2025-03-09"},
    "parties": [
        {
            "side": "applicant",
            "kind": "person",
            "name": "陈水根",
            "address": "川东省云岭县青石乡水口村 3 组",
            "people": [PERSON],
        },
        {
            "side": "respondent",
            "kind": "organisation",
            "name": "鹭岛恒筑建设劳务有限公司",
            "uscc": "91350299MA0DEMX13U",
            "legal_representative": "郑国栋",
            "people": [AGENT],
        },
    ],
}


async def registered(desk: Browser) -> Any:
    status, made = await desk.ask("POST", "/api/cases", CASE)
    assert status == 200, made
    status, case = await desk.ask("GET", f"/api/cases/{made['id']}")
    assert status == 200
    return case


async def test_a_registered_case_is_shown_with_masked_numbers(site: Town) -> None:
    case = await registered(await site.signed_in("jiang"))
    (chen,) = case["parties"][0]["people"]
    assert case["case_no"] == "禾溪调受〔2025〕001号"
    assert (chen["id_no_masked"], chen["mobile_masked"]) == ("512099********3018", "199****0001")
    assert case["parties"][0]["address_masked"] == "川东省云岭县****"
    assert "512099197904123018" not in str(case)
    assert (chen["signs"], case["e_sign"]) == (True, "allowed")
    assert case["sittings"][0]["planned_at"] == "2025-03-14T01:00:00Z"
    assert case["due_on"] == "2025-04-09"
    assert {d["code"]: d["on"] for d in case["deadlines"]} == {
        "labour_arbitration_open": "2025-03-24",
        "mediation": "2025-04-09",
        "labour_arbitration": "2026-03-09",
    }


async def test_a_wrong_field_is_refused_by_its_path(site: Town) -> None:
    desk = await site.signed_in("jiang")
    wrong = {**PERSON, "id_no": "512099197904123011"}
    parties = [{**CASE["parties"][0], "people": [wrong]}, CASE["parties"][1]]  # type: ignore[index]
    status, refusal = await desk.ask("POST", "/api/cases", {**CASE, "parties": parties})
    assert status == 422
    assert refusal == {
        "code": "invalid_value",
        "facts": {"field": "parties.0.people.0.id_no", "reason": "identity_number_check"},
    }


TIMES = {
    "mistyped year": ("2206-03-14T09:00:00+08:00", "too_far_ahead"),
    "last day of all": ("9999-12-31T23:00:00-05:00", "too_far_ahead"),
    "first day of all": ("0001-01-01T00:00:00+08:00", "in_the_past"),
    "no zone": ("2025-03-14T09:00:00", "no_time_zone"),
}


@pytest.mark.parametrize(("at", "reason"), TIMES.values(), ids=TIMES.keys())
async def test_a_sitting_is_planned_within_two_years(site: Town, at: str, reason: str) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    path = f"/api/cases/{case['id']}/sittings"
    asks = (
        ("POST", "/api/cases", {**CASE, "planned_at": at}),
        ("POST", path, {"planned_at": at}),
        ("PUT", f"{path}/{case['sittings'][0]['id']}", {"planned_at": at}),
    )
    for method, url, body in asks:
        status, refusal = await desk.ask(method, url, body)
        assert status == 422, (method, url)
        assert refusal["facts"] == {"field": "planned_at", "reason": reason}


async def test_an_unknown_field_is_refused(site: Town) -> None:
    desk = await site.signed_in("jiang")
    status, refusal = await desk.ask("POST", "/api/cases", {**CASE, "case_no": "1"})
    assert (status, refusal["facts"]["field"]) == (422, "case_no")


async def test_saving_over_a_newer_version_conflicts(site: Town) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    changed = {**CASE, "version": case["version"], "matter": "更正"}
    first, view = await desk.ask("PUT", f"/api/cases/{case['id']}", changed)
    second, refusal = await desk.ask("PUT", f"/api/cases/{case['id']}", changed)
    assert (first, view["matter"]) == (200, "更正")
    assert (second, refusal["code"]) == (409, "conflict")


async def test_who_is_not_signed_in_sees_nothing(site: Town) -> None:
    status, refusal = await site.browser().ask("GET", "/api/cases")
    assert (status, refusal["code"]) == (401, "signed_out")


async def test_another_sites_page_changes_nothing(site: Town) -> None:
    desk = await site.signed_in("jiang")
    for foreign in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        status, refusal = await desk.ask("POST", "/api/cases", CASE, headers=foreign)
        assert (status, refusal["code"]) == (403, "foreign_origin")
    assert (await desk.ask("GET", "/api/cases"))[1]["total"] == 0


async def test_another_mediators_case_is_forbidden(site: Town) -> None:
    case = await registered(await site.signed_in("jiang"))
    other = await site.signed_in("lin")
    status, refusal = await other.ask("GET", f"/api/cases/{case['id']}")
    assert (status, refusal["code"]) == (403, "forbidden")


async def test_the_list_is_searched_and_paged(site: Town) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    _, found = await desk.ask("GET", "/api/cases?q=%E6%81%92%E7%AD%91&state=accepted")
    assert [row["id"] for row in found["cases"]] == [case["id"]]
    assert found["cases"][0]["parties"] == ["陈水根", "鹭岛恒筑建设劳务"]
    for query in ("page=0", "page=x", "page=%C2%B2", "state=lost"):
        assert (await desk.ask("GET", f"/api/cases?{query}"))[0] == 422


async def test_the_lists_of_the_pack_leave_out_what_is_historic(site: Town) -> None:
    _, pack = await (await site.signed_in("officer")).ask("GET", "/api/pack")
    codes = [entry["code"] for entry in pack["dispute_types"]]
    assert "10a" in codes
    assert "18" not in codes
    assert pack["jurisdiction"] == "zh_cn"


def upload_form(content: bytes, name: str = "诊断证明.pdf") -> aiohttp.FormData:
    body = aiohttp.FormData(quote_fields=False)  # as browsers do
    body.add_field("file", io.BytesIO(content), filename=name)
    return body


async def test_a_file_is_given_back_to_be_saved_and_never_shown(site: Town) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    path = f"/api/cases/{case['id']}/files"
    status, kept = await desk.ask(
        "POST", f"{path}?kind=authority", data=upload_form(b"%PDF-1.7 ...")
    )
    assert (status, kept["name"], kept["kind"]) == (200, "诊断证明.pdf", "authority")
    async with desk.fetch("GET", f"{path}/{kept['id']}") as answer:
        assert await answer.read() == b"%PDF-1.7 ..."
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    _, view = await desk.ask("GET", f"/api/cases/{case['id']}")
    assert view["files"] == [kept]


@pytest.mark.parametrize(
    ("begin", "size", "status", "code"),
    [
        (b"<html>", 0, 422, "invalid_value"),
        (b"%PDF-", LARGEST, 413, "too_large"),
    ],
    ids=["page", "large"],
)
async def test_a_wrong_file_is_refused(
    site: Town, begin: bytes, size: int, status: int, code: str
) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    got, refusal = await desk.ask(
        "POST", f"/api/cases/{case['id']}/files", data=upload_form(begin + bytes(size))
    )
    assert (got, refusal["code"]) == (status, code)


async def test_a_body_that_is_no_upload_is_refused(site: Town) -> None:
    desk = await site.signed_in("jiang")
    case = await registered(desk)
    status, refusal = await desk.ask("POST", f"/api/cases/{case['id']}/files", {"file": "x"})
    assert (status, refusal["code"]) == (422, "invalid_value")


async def test_a_link_is_issued_copied_printed_and_ended(site: Town) -> None:
    desk = await site.signed_in("su")
    case = await registered(desk)
    person = case["parties"][0]["people"][0]["id"]
    path = f"/api/cases/{case['id']}"
    _, issued = await desk.ask(
        "POST", f"{path}/invitations", {"person_id": person, "channel": "print"}
    )
    assert issued["link"].startswith("http://127.0.0.1:8080/j/")
    assert issued["text"].endswith(issued["link"])
    assert issued["qr_svg"].startswith("<svg")
    _, outbox = await desk.ask("GET", f"{path}/outbox")
    (message,) = outbox["messages"]
    assert (message["person_name"], message["link"]) == ("陈水根", issued["link"])
    async with desk.fetch("GET", f"{path}/outbox/{message['id']}/slip") as answer:
        page = await answer.text()
        nonce = answer.headers["Content-Security-Policy"].split("nonce-")[1].split("'")[0]
    assert f'<style nonce="{nonce}">' in page
    assert "陈水根，请您参加视频调解" in page
    assert "来不来由您决定" in page
    assert "工伤" not in page
    invitation = issued["invitation"]["id"]
    _, ended = await desk.ask("POST", f"{path}/invitations/{invitation}/revoke")
    assert ended["state"] == "revoked"
    _, outbox = await desk.ask("GET", f"{path}/outbox")
    assert (outbox["messages"][0]["link"], outbox["messages"][0]["qr_svg"]) == ("", "")
    status, _ = await desk.ask("GET", f"{path}/outbox/{message['id']}/slip")
    assert status == 409


async def test_a_name_is_text_on_the_slip(site: Town) -> None:
    desk = await site.signed_in("su")
    person = {**PERSON, "name": "<b>陈</b>"}
    parties = [
        {**CASE["parties"][0], "name": "<b>陈</b>", "people": [person]},  # type: ignore[index]
        CASE["parties"][1],  # type: ignore[index]
    ]
    _, made = await desk.ask("POST", "/api/cases", {**CASE, "parties": parties})
    _, case = await desk.ask("GET", f"/api/cases/{made['id']}")
    who = {"person_id": case["parties"][0]["people"][0]["id"], "channel": "print"}
    await desk.ask("POST", f"/api/cases/{made['id']}/invitations", who)
    _, outbox = await desk.ask("GET", f"/api/cases/{made['id']}/outbox")
    slip = f"/api/cases/{made['id']}/outbox/{outbox['messages'][0]['id']}/slip"
    async with desk.fetch("GET", slip) as answer:
        page = await answer.text()
    assert "&lt;b&gt;陈&lt;/b&gt;" in page
    assert "<b>陈" not in page


async def test_the_day_and_the_log_are_shown(site: Town) -> None:
    desk = await site.signed_in("su")
    case = await registered(desk)
    _, day = await desk.ask("GET", "/api/today")
    assert day["today"] == "2025-03-10"
    assert [row["id"] for row in day["later"]] == [case["id"]]
    _, log = await desk.ask("GET", f"/api/cases/{case['id']}/log")
    assert log["entries"][0]["kind"] == "case.accepted"
    assert log["head"] == log["entries"][-1]["hash"]


async def test_a_masked_field_is_revealed_for_a_reason(site: Town) -> None:
    desk = await site.signed_in("su")
    case = await registered(desk)
    person = case["parties"][0]["people"][0]["id"]
    path = f"/api/cases/{case['id']}/people/{person}/reveal"
    _, shown = await desk.ask("POST", path, {"field": "id_no", "reason": "核对身份"})
    assert shown == {"value": "512099197904123018"}
    status, _ = await desk.ask("POST", path, {"field": "id_no", "reason": ""})
    assert status == 422


async def test_a_sitting_is_planned_moved_and_a_case_ended(site: Town) -> None:
    desk = await site.signed_in("su")
    case = await registered(desk)
    path = f"/api/cases/{case['id']}"
    sitting = case["sittings"][0]["id"]
    later = {"planned_at": "2025-03-17T14:00:00+08:00"}
    status, _ = await desk.ask("POST", f"{path}/sittings", later)
    assert status == 409
    _, moved = await desk.ask("PUT", f"{path}/sittings/{sitting}", later)
    assert moved["sittings"][0]["planned_at"] == "2025-03-17T06:00:00Z"
    status, refusal = await desk.ask("POST", f"{path}/end", {"end_reason": "bored"})
    assert (status, refusal["facts"]["field"]) == (422, "end_reason")
    _, ended = await desk.ask("POST", f"{path}/end", {"end_reason": "refused"})
    assert (ended["state"], ended["end_reason"]) == ("ended", "refused")
