import { describe, expect, it } from "vitest";
import { DRAFT, REFUSING } from "../dev/papers.ts";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { consentWord, takenBack } from "../src/room/consents.ts";
import { owedOf } from "../src/room/steps.ts";

type Desk = NonNullable<Snapshot["desk"]>["seats"][0];
const scene = (name: string, change: (desk: Desk) => Desk): Snapshot => {
  const found = SCENES[name];
  if (!found?.desk) throw new Error(name);
  return { ...found, desk: { ...found.desk, seats: found.desk.seats.map(change) } };
};
const answers = (scope: string, agreed: boolean | null, more: Partial<Desk["consents"][0]> = {}) => (desk: Desk): Desk => ({
  ...desk,
  consents: desk.consents.map((each) => (desk.seat === "p1a" && each.scope === scope ? { ...each, agreed, ...more } : each)),
});
const same = (desk: Desk): Desk => desk;

describe("what somebody answered", () => {
  it.each([
    [{ agreed: null, withdrawn: false, wish: null }, "还没答"],
    [{ agreed: true, withdrawn: false, wish: null }, "同意"],
    [{ agreed: false, withdrawn: false, wish: null }, "不同意"],
    [{ agreed: false, withdrawn: true, wish: null }, "收回了同意"],
    [{ agreed: true, withdrawn: false, wish: false }, "同意，本人不愿意，请听他说"],
  ])("is said in words: %o", (answered, words) => {
    expect(consentWord({ scope: "e_signature", ...answered })).toBe(words);
  });
  it("is news to the desk when it is taken back, and once", () => {
    const before = scene("joint", same);
    const after = scene("joint", answers("e_delivery", false, { withdrawn: true }));
    expect(takenBack(before, after)).toEqual([{ seat: "p1a", scope: "e_delivery" }]);
    expect(takenBack(after, after)).toEqual([]);
    expect(takenBack(null, after)).toEqual([]);
  });
});

describe("who will not sign on a phone", () => {
  it("is named before the text is locked, with the way to the agreement", () => {
    const { rows } = owedOf(scene("drafting", same), REFUSING);
    expect(rows.filter((row) => row.code === "refuses_e_signature").map((row) => [row.names, row.act])).toEqual([[["陈水根"], "agreement"]]);
    expect(owedOf(scene("drafting", same), DRAFT).rows.some((row) => row.code === "refuses_e_signature")).toBe(false);
  });
  it("is nobody who does not sign at all: an agent beside a party who signs himself", () => {
    const { rows } = owedOf(scene("drafting", answers("e_signature", false)), DRAFT);
    expect(rows.some((row) => row.code === "refuses_e_signature")).toBe(false);
  });
});

describe("a ward", () => {
  const owing = (guardians: string[]) => (desk: Desk): Desk =>
    desk.seat === "p1a" ? { ...desk, owed: ["guardian_consent"], decided_by: guardians, online_consent: null } : desk;
  it.each([
    [["p2a"], "p2a", "consent"],
    [[], null, null],
  ])("is let in by the word of who answers for him by law: %o", (guardians, seat, act) => {
    const rows = owedOf(scene("lobby", owing(guardians))).rows.filter((row) => row.code === "guardian_consent");
    expect(rows.map((row) => [row.names, row.seat, row.act])).toEqual([[["陈水根"], seat, act]]);
  });
});
