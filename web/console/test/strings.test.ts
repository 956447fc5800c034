import { describe, expect, it } from "vitest";
import { adminZh } from "../src/strings/admin.zh.ts";
import { agreementZh } from "../src/strings/agreement.zh.ts";
import { casesZh } from "../src/strings/cases.zh.ts";
import { en } from "../src/strings/en.ts";
import { recordsZh } from "../src/strings/records.zh.ts";
import { roomZh } from "../src/strings/room.zh.ts";
import { shellZh } from "../src/strings/shell.zh.ts";
import { todayZh } from "../src/strings/today.zh.ts";
import { zh } from "../src/strings/zh.ts";

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]).sort();
const pairs = Object.entries(zh).map(([key, text]) => [key, text, (en as Record<string, string>)[key] ?? ""] as const);

describe("the console's dictionaries", () => {
  it("have every key in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });
  it("put the same values into both sentences", () => {
    // The person's own name is left out where the label already says which side it is.
    for (const [key, chinese, english] of pairs) expect([key, holes(english)]).toEqual([key, holes(chinese)]);
  });
  it("leave nothing empty and shout at nobody", () => {
    for (const [key, chinese, english] of pairs) {
      expect([key, chinese.trim() === "", english.trim() === ""]).toEqual([key, false, false]);
      expect(chinese + english).not.toMatch(/[!！]/);
    }
  });
  it("speak to staff with 您 only", () => {
    for (const [key, chinese] of pairs) expect([key, chinese.includes("你")]).toEqual([key, false]);
  });
  it("name no key twice among the areas", () => {
    const all = [shellZh, todayZh, casesZh, roomZh, agreementZh, recordsZh, adminZh].flatMap((area) => Object.keys(area));
    expect(all.length).toBe(new Set(all).size);
  });
});
