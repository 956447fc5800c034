import { describe, expect, it } from "vitest";
import { sm3Hex } from "../src/sm3.ts";

describe("SM3", () => {
  it.each([
    // GB/T 32905, appendix A
    ["abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    ["abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"],
  ])("of %j is as the standard has it", (text, digest) => {
    expect(sm3Hex(Uint8Array.from(text, (one) => one.charCodeAt(0)))).toBe(digest);
  });
});
