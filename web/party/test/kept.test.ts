import { afterEach, describe, expect, it } from "vitest";
import { forgetProgress, keepProgress, recallProgress } from "../src/kept.ts";

const HERS = { person: "lin", digest: "a".repeat(64) };
const DONE = { seen: [1, 2], strokes: [], sent: "199****0001", scan: null };

describe("what was done towards signing", () => {
  afterEach(forgetProgress);

  it("is there again after a reload, for the same text alone", () => {
    keepProgress(HERS, DONE);
    expect(recallProgress(HERS)).toEqual(DONE);
    expect(recallProgress({ ...HERS, digest: "b".repeat(64) })).toBeNull();
    expect(recallProgress({ ...HERS, digest: null })).toBeNull();
    expect(recallProgress(HERS)).toEqual(DONE);
  });

  it("is nobody else's on the same device, and gone once somebody else signs there", () => {
    keepProgress(HERS, DONE);
    expect(recallProgress({ ...HERS, person: "chen" })).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it("is forgotten after half an hour, and when told to", () => {
    keepProgress(HERS, DONE, 0);
    expect(recallProgress(HERS, 30 * 60 * 1_000)).toEqual(DONE);
    expect(recallProgress(HERS, 30 * 60 * 1_000 + 1)).toBeNull();
    expect(localStorage.length).toBe(0);
    keepProgress(HERS, DONE);
    forgetProgress();
    expect(recallProgress(HERS)).toBeNull();
  });
});
