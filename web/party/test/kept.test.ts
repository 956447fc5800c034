import { afterEach, describe, expect, it } from "vitest";
import { forgetProgress, keepProgress, recallProgress } from "../src/kept.ts";

const DONE = { seen: [1, 2], strokes: [], sent: "199****0001", scan: null };

describe("what was done towards signing", () => {
  afterEach(forgetProgress);

  it("is there again after a reload, for the same text alone", () => {
    keepProgress("a".repeat(64), DONE);
    expect(recallProgress("a".repeat(64))).toEqual(DONE);
    expect(recallProgress("b".repeat(64))).toBeNull();
    expect(recallProgress(null)).toBeNull();
  });

  it("is forgotten after half an hour, and when told to", () => {
    keepProgress("a".repeat(64), DONE, 0);
    expect(recallProgress("a".repeat(64), 30 * 60 * 1_000)).toEqual(DONE);
    expect(recallProgress("a".repeat(64), 30 * 60 * 1_000 + 1)).toBeNull();
    keepProgress("a".repeat(64), DONE);
    forgetProgress();
    expect(recallProgress("a".repeat(64))).toBeNull();
  });
});
