import { describe, expect, it } from "vitest";
import { CASE } from "../dev/samples.ts";
import { readDays, writeDays } from "../src/admin/days.ts";
import { Refused, addressOf, api, useHooks, useTransport, type RawAnswer } from "../src/api/client.ts";
import { caseAsk, changeKind, draftOf, newCase, newParty, newPerson, toldByNumber } from "../src/cases/draft.ts";
import { instantOf, localOf, shortDay, tableDay, tableMoment } from "../src/format.ts";
import { owedWord, readOwed } from "../src/owed.ts";
import { fieldErrors, refusalText } from "../src/refusals.ts";

describe("days as typed", () => {
  it("reads single days, ranges and several signs between them", () => {
    expect(readDays("2026-01-01, 2026/2/15 到 2026-02-17\n2026年10月1日")).toEqual({
      days: ["2026-01-01", "2026-02-15", "2026-02-16", "2026-02-17", "2026-10-01"],
      bad: [],
    });
  });
  it("gives back what it cannot read", () => {
    expect(readDays("2026-02-30；明天；2026-05-02 到 2026-05-01").bad).toEqual(["2026-02-30", "明天", "2026-05-02 到 2026-05-01"]);
  });
  it("survives writing and reading", () => {
    const { days } = readDays("2026-01-01 到 2026-01-03, 2026-02-15");
    expect(readDays(writeDays(days, "到")).days).toEqual(days);
  });
});

describe("times in the committee's zone", () => {
  it("are the same wherever the computer is", () => {
    expect(instantOf("2025-03-14T09:00")).toBe("2025-03-14T01:00:00.000Z");
    expect(localOf("2025-03-14T01:00:00Z")).toBe("2025-03-14T09:00");
    expect(tableMoment("2025-03-13T16:30:00Z")).toBe("2025-03-14 00:30");
    expect(tableDay("2025-03-14")).toBe("2025-03-14");
    expect(shortDay("2025-03-04", "zh-CN")).toBe("3 月 4 日");
  });
});

describe("sex and birth", () => {
  const kinds = [{ code: "resident_identity_card", tells_person: true }, { code: "passport", tells_person: false }];
  const told = (id_kind: string, id_no: string, masked = "") => toldByNumber({ ...newPerson("party"), id_kind, id_no, masked: { mobile: "", id_no: masked } }, kinds);
  it("are not asked where the number tells them, nor before a card's number is there", () => {
    expect(told("resident_identity_card", "11010519491231002x")).toBe(true);
    expect(told("resident_identity_card", "")).toBe(true);
    expect(told("resident_identity_card", "", "512099********3018")).toBe(true);
    expect(told("permanent_residence", "911020199001010015")).toBe(true);
  });
  it("are asked of a passport, and of a number without them", () => {
    expect(told("passport", "")).toBe(false);
    expect(told("passport", "", "E1****678")).toBe(false);
    expect(told("permanent_residence", "USA110190010112")).toBe(false);
  });
  it("are sent as they were typed, and come back into the form", () => {
    const draft = newCase("2025-03-12");
    Object.assign(draft.parties[0]?.people[0] ?? {}, { gender: "female", birth: "1990-05-06" });
    expect(caseAsk(draft, false).parties[0]?.people[0]).toMatchObject({ gender: "female", birth: "1990-05-06" });
    expect(draftOf(CASE).parties[0]?.people[0]).toMatchObject({ gender: "male", birth: "1979-04-12" });
  });
});

describe("the registration form", () => {
  it("sends a natural person as his own first person, under the party's name", () => {
    const draft = newCase("2025-03-12");
    const [applicant] = draft.parties;
    if (!applicant) throw new Error("no party");
    applicant.name = " 陈水根 ";
    const [person] = caseAsk(draft, false).parties[0]?.people ?? [];
    expect([person?.role, person?.name, person?.authority]).toEqual(["party", "陈水根", null]);
  });
  it("changes a party into an organisation that acts through an agent, and keeps its agent", () => {
    const party = newParty("respondent");
    changeKind(party, "organisation");
    expect(party.people.map((each) => each.role)).toEqual(["agent"]);
    const [agent] = party.people;
    if (agent) agent.name = "林启航";
    changeKind(party, "person");
    expect(party.people.map((each) => each.role)).toEqual(["party", "agent"]);
  });
  it("keeps ids and leaves masked numbers empty when a case is changed", () => {
    const ask = caseAsk(draftOf(CASE), true);
    expect(ask.parties.map((party) => party.id)).toEqual(["p1", "p2"]);
    expect(ask.parties.flatMap((party) => party.people).map((each) => [each.id, each.id_no, each.mobile])).toEqual([
      ["p1a", "", ""],
      ["p1c", "", ""],
      ["p2a", "", ""],
      ["p2b", "", ""],
    ]);
    expect(ask.parties[1]?.people[0]?.authority?.file).toBe("f1");
    expect(ask.planned_at).toBe("2025-03-14T01:00:00.000Z");
    expect(ask.labour?.injured_on).toBe("2025-01-18");
  });
  it("asks about labour only where the dispute is one", () => {
    expect(caseAsk(draftOf(CASE), false).labour).toBeNull();
  });
});

describe("refusals", () => {
  it("become sentences", () => {
    expect(refusalText(new Refused("wrong_code", { left: 3 }, 422))).toContain("3");
    expect(refusalText(new Refused("too_many_tries", { retry_at: "2025-03-14T01:00:00Z" }, 429))).toContain("2025-03-14 09:00");
    expect(refusalText(new Refused("missing_steps", { missing: ["identity", "clause_not_heard:6"] }, 409))).toContain("核对身份");
    expect(refusalText(new Refused("too_large", { files: 200 }, 413))).toContain("200 份文件");
    expect(refusalText(new Refused("too_large", { limit: 20_971_520 }, 413))).toContain("最多 20 MB");
    expect(refusalText(new Refused("too_large", { limit: 65_536 }, 413))).toContain("太大");
    expect(refusalText(new Refused("wrong_state", { state: "locked_before" }, 409))).toContain("再锁定一次");
    expect(refusalText(new Refused("never_heard_of", {}, 500))).not.toContain("never");
  });
  it("put their fields beside the fields", () => {
    const one = new Refused("invalid_value", { field: "parties.0.people.0.id_no", reason: "identity_number_check" }, 422);
    expect(Object.keys(fieldErrors(one))).toEqual(["parties.0.people.0.id_no"]);
    const many = new Refused("invalid_value", { field: "matter", reason: "string_too_short", fields: [{ field: "matter", reason: "string_too_short" }, { field: "source", reason: "missing" }] }, 422);
    expect(Object.keys(fieldErrors(many))).toEqual(["matter", "source"]);
  });
  it("name the characters that no seal could print, each with its code", () => {
    const facts = { field: "address", characters: "\u200b", codes: "U+200B" };
    const typed = new Refused("invalid_value", { ...facts, reason: "characters_missing" }, 422);
    expect(fieldErrors(typed)["address"]).toContain("U+200B");
    const sealed = refusalText(new Refused("invalid_value", { ...facts, reason: "seal_characters" }, 422));
    expect([sealed.includes("U+200B"), sealed.includes("请管理员")]).toEqual([true, true]);
  });
  it("owed codes may carry a detail", () => {
    expect([readOwed("identity"), readOwed("same_person:禾溪受〔2025〕041")]).toEqual([
      { code: "identity", detail: "" },
      { code: "same_person", detail: "禾溪受〔2025〕041" },
    ]);
  });
});

describe("requests", () => {
  const answers = (list: RawAnswer[]) => {
    const asked: string[] = [];
    useTransport((method, address) => {
      asked.push(`${method} ${address}`);
      return Promise.resolve(list[asked.length - 1] ?? { status: 500, json: null });
    });
    return asked;
  };
  it("fill in paths and leave empty query values out", () => {
    expect(addressOf("/api/cases/{case_id}/agreement/pages/{page}", { case_id: "a/b", page: 2 }, { w: 800, opening: "" })).toBe("/api/cases/a%2Fb/agreement/pages/2?w=800");
  });
  it("ask for a fresh second factor once and then repeat the act", async () => {
    const asked = answers([{ status: 403, json: { code: "step_up_needed", facts: {} } }, { status: 200, json: { value: "1" } }]);
    let times = 0;
    useHooks({ stepUp: () => Promise.resolve((times += 1) > 0), signedOut: () => undefined });
    const path = { case_id: "c", person_id: "p" };
    const shown = await api.post("/api/cases/{case_id}/people/{person_id}/reveal", { path, body: { field: "mobile", reason: "核对" } });
    expect([shown.value, times, asked.length]).toEqual(["1", 1, 2]);
  });
  it("do not repeat the act when the second factor is not given", async () => {
    const asked = answers([{ status: 403, json: { code: "step_up_needed", facts: {} } }]);
    useHooks({ stepUp: () => Promise.resolve(false), signedOut: () => undefined });
    await expect(api.post("/api/staff/sign-out")).rejects.toMatchObject({ code: "step_up_needed" });
    expect(asked).toHaveLength(1);
  });
  it("tell when the session is over, and when the server was not reached", async () => {
    answers([{ status: 401, json: { code: "signed_out", facts: {} } }]);
    let out = false;
    useHooks({ stepUp: () => Promise.resolve(false), signedOut: () => (out = true) });
    await expect(api.get("/api/today")).rejects.toMatchObject({ code: "signed_out" });
    expect(out).toBe(true);
    useTransport(() => Promise.reject(new TypeError("fetch")));
    await expect(api.get("/api/today")).rejects.toMatchObject({ code: "offline", status: 0 });
  });
});

describe("what a signed paper owes", () => {
  it.each([
    ["page_missing:3", "第 3 页没有传"],
    ["page_not_compared:2", "第 2 页没有对照"],
    ["page_differs:1", "第 1 页和定稿不一样"],
    ["line_empty:0195b3", "纸上的签名或指印"],
    ["undated:0195b3", "纸上签名的日期"],
    ["company_seal:0195b3", "纸上的公章"],
  ])("%s is said without a code or an id", (entry, word) => {
    expect(owedWord(entry)).toBe(word);
  });
});
