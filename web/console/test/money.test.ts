import { describe, expect, it } from "vitest";
import { MAX_FEN, fenFromYuan, figures, words } from "../src/money.ts";

describe("an amount as typed", () => {
  it.each([
    ["115000", 11_500_000],
    ["115,000", 11_500_000],
    ["115,000.5", 11_500_050],
    [" 48632.70 元", 4_863_270],
    ["１２０．５", 12_050],
    ["0", 0],
    ["0.01", 1],
    ["1000000000", MAX_FEN],
  ])("%s yuan is %i fen", (text, fen) => {
    expect(fenFromYuan(text)).toBe(fen);
  });
  it.each([
    ["", null],
    ["1,15,000", "form"],
    ["12.345", "form"],
    ["十万", "form"],
    ["-5", "negative"],
    ["1000000000.01", "too_large"],
  ])("%s is %s", (text, outcome) => {
    expect(fenFromYuan(text)).toBe(outcome);
  });
  it("survives being shown and read again", () => {
    for (const fen of [0, 1, 10, 99, 100, 11_500_000, 4_863_270, 99_999_999_999]) expect(fenFromYuan(figures(fen))).toBe(fen);
  });
});

describe("capital words", () => {
  it.each([
    [11_500_000, "壹拾壹万伍仟元整"],
    [4_863_270, "肆万捌仟陆佰叁拾贰元柒角整"],
    [0, "零元整"],
    [5, "伍分"],
    [50, "伍角整"],
    [10_005, "壹佰元零伍分"],
    [100_001_00, "壹拾万零壹元整"],
    [1_000_000_000_00, "壹拾亿元整"],
    [20_030_00, "贰万零叁拾元整"],
    [1_005_000_000_00, "壹拾亿零伍佰万元整"],
    [600_716_00, "陆拾万零柒佰壹拾陆元整"],
  ])("%i fen is %s", (fen, text) => {
    expect(words(fen)).toBe(text);
  });
});
