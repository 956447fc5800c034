import { describe, expect, it } from "vitest";

const sources = import.meta.glob("../src/**/*.vue", { query: "?raw", import: "default", eager: true });
const CHINESE = /[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]/;
/** Both readers see what stands here; the stop of a sentence that differs is chosen by language on the same line. */
const CHOSEN = /lang(\.value)? === "en" \?/;

describe("the console's pages", () => {
  it("leave every Chinese word and sign to the dictionaries", () => {
    const lines = Object.entries(sources).flatMap(([path, text]) =>
      String(text).split("\n").map((line, no) => `${path}:${no + 1} ${line.trim()}`),
    );
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.filter((line) => CHINESE.test(line) && !CHOSEN.test(line))).toEqual([]);
  });
});
