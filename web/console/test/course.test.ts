import { afterEach, describe, expect, it } from "vitest";
import { factWords } from "../src/cases/logFacts.ts";
import { kindWord } from "../src/cases/logKind.ts";
import { dayFrom } from "../src/format.ts";
import { setLang } from "../src/i18n.ts";
import { courseOf, noticeWord } from "../src/records/course.ts";

const row = (kind: string, at: string, space: string | null = null, side: string | null = null, who = "", scope: string | null = null, notice: string | null = null) => ({ kind, at, space, side, who, scope, notice, version: notice && "ab".repeat(32) });
/** What of a case's files is destroyed: server/domain/file_kinds.py. */
const KINDS = ["authority", "evidence", "identity", "paper", "other", "seal_scan", "signed_page", "end_note", "reveal_reason", "unlock_reason", "locked_pdf", "agreement_json", "locked_blanks", "handwriting", "strokes", "prepared_signature", "added_bytes", "sealed_evidence"];
const MORNING = "2026-11-24T01:00:00Z";

afterEach(() => setLang("zh-CN"));

describe("the course of events", () => {
  it("says which space was entered and left, and with whom, in either language", () => {
    const caucus = { kind: "room.open", space: "caucus", side: "applicant" };
    expect(kindWord(caucus)).toBe("开始与申请人单独谈话");
    expect(kindWord({ kind: "room.close", space: "joint", side: null })).toBe("离开共同调解");
    expect(kindWord({ kind: "room.lobby" })).toBe("各回等候室");
    setLang("en");
    expect(kindWord(caucus)).toBe("Private talk begins: Applicant");
    expect(kindWord({ kind: "room.open", space: "reception", side: "third" })).toBe("In the lobby of: Third party");
  });
  it("makes one line of what happens several times in a row, but not of two spaces", () => {
    const lines = courseOf([
      row("consent.given", MORNING),
      row("consent.given", MORNING),
      row("room.open", MORNING, "caucus", "applicant"),
      row("room.open", MORNING, "caucus", "respondent"),
      row("room.open", "2026-11-25T01:00:00Z", "caucus", "respondent"),
    ]);
    expect(lines.map(({ kind, side, times, newDay }) => [kind, side, times, newDay])).toEqual([
      ["consent.given", null, 2, true],
      ["room.open", "applicant", 1, false],
      ["room.open", "respondent", 1, false],
      ["room.open", "respondent", 1, true],
    ]);
  });
  it("says what somebody agreed to, refused and took back, one line for what he answered in a row", () => {
    const lines = courseOf([
      row("consent.given", MORNING, null, null, "陈水根", "online_mediation"),
      row("consent.given", MORNING, null, null, "陈水根", "recording"),
      row("consent.given", MORNING, null, null, "陈水根", "recording"),
      row("consent.withdrawn", MORNING, null, null, "陈水根", "recording"),
    ]);
    expect(lines.map(({ kind, scopes, times }) => [kind, scopes, times])).toEqual([
      ["consent.given", ["online_mediation", "recording"], 3],
      ["consent.withdrawn", ["recording"], 1],
    ]);
  });
});

describe("a notice in the course of events", () => {
  it("is named with the version of its words, and read out in a row it is one line", () => {
    const lines = courseOf([
      row("notice.shown", MORNING, null, null, "陈水根", null, "privacy"),
      row("rights.read", MORNING, null, null, "苏慧珍", null, "duties"),
      row("rights.read", MORNING, null, null, "苏慧珍", null, "sham_mediation"),
    ]);
    const names: Record<string, string> = { privacy: "您的个人信息", duties: "您的义务", sham_mediation: "不能做虚假调解" };
    const said = lines.map(({ who, notices }) => [who, notices.map((each) => noticeWord(each, (code) => names[code] ?? code))]);
    expect(said).toEqual([["陈水根", ["您的个人信息 abababab"]], ["苏慧珍", ["您的义务 abababab", "不能做虚假调解 abababab"]]]);
  });
});

describe("who did it", () => {
  it("keeps the deeds of two people apart, each with the own moment", () => {
    const lines = courseOf([
      row("sign.done", "2026-11-24T01:08:39Z", null, null, "陈水根"),
      row("sign.done", "2026-11-24T01:09:14Z", null, null, "林启航"),
      row("consent.given", "2026-11-24T01:09:20Z", null, null, "林启航"),
      row("consent.given", "2026-11-24T01:09:21Z", null, null, "林启航"),
    ]);
    expect(lines.map(({ who, at, times }) => [who, at.slice(11, 19), times])).toEqual([
      ["陈水根", "01:08:39", 1],
      ["林启航", "01:09:14", 1],
      ["林启航", "01:09:20", 2],
    ]);
  });
});

describe("people in a log whom the reader may not know", () => {
  it("are told apart by the end of their ids, for the ids of one case begin alike", () => {
    const one = "01a20daa-70c1-7d3e-8a11-0123456789ab";
    const two = "01a20daa-70c1-7d3e-8a11-ba9876543210";
    expect([one, two].map((person) => factWords({ person }, new Map()))).toEqual([["人 当事人 89ab"], ["人 当事人 3210"]]);
    expect(factWords({ person: one }, new Map([[one, "陈水根"]]))).toEqual(["人 陈水根"]);
    expect(factWords({ digest: "ab".repeat(32) }, new Map())).toEqual(["指纹 abababab…"]);
  });
});

describe("a destruction in the log", () => {
  it("calls a file by its kind in words, not an identity document with a code", () => {
    const said = [...KINDS].map((document) => factWords({ file: "f1", document }, new Map(), "file.shredded").join());
    expect(said).toContain("种类 定稿的 PDF");
    for (const each of said) expect(each).toMatch(/^种类 [^a-z_]+(?: PDF| JSON)?$/);
  });
  it("still calls the identity document that somebody showed one", () => {
    expect(factWords({ document: "passport" }, new Map(), "identity.checked")).toEqual(["证件 passport"]);
  });
  it("names no hold by its id, and calls it nobody", () => {
    const facts = { hold: "01a20daa-70c1-7d3e-8a11-0123456789ab", record: "01a20daa-70c1-7d3e-8a11-ba9876543210" };
    expect(factWords(facts, new Map(), "keeping.held")).toEqual([]);
  });
});

describe("a day in the list of duties", () => {
  it("carries its year where that is another one", () => {
    const days = (["zh-CN", "en"] as const).map((lang) => ["2026-12-22", "2027-09-30"].map((day) => dayFrom("2026-11-24", day, lang)));
    expect(days).toEqual([["12 月 22 日", "2027 年 9 月 30 日"], ["22 December", "30 September 2027"]]);
  });
});
