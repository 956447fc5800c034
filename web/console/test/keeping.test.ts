import { expect, test } from "vitest";
import { inForce, ownWith } from "../src/records/keeping.ts";

const rule = (dispute_type: string, years: number | null, own = false) => ({ dispute_type, years, basis: "b", own });
const RULES = [rule("10", 20, true), rule("10", 30), rule("", 10)];

test("a committee's decision stands in the place of the suggestion", () => {
  expect(inForce(RULES)).toEqual([RULES[0], RULES[2]]);
  expect(inForce(RULES.slice(1))).toEqual(RULES.slice(1));
});

test("one kind is decided anew, the others stay", () => {
  const next = { dispute_type: "", years: null, basis: "c" };
  expect(ownWith(RULES, "", next)).toEqual([{ dispute_type: "10", years: 20, basis: "b" }, next]);
  expect(ownWith(RULES, "10", { ...next, dispute_type: "10" })).toEqual([{ dispute_type: "10", years: null, basis: "c" }]);
});

test("back to the suggestion leaves no own rule of that kind", () => {
  expect(ownWith(RULES, "10", null)).toEqual([]);
});
