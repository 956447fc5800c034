import { afterEach, describe, expect, it, vi } from "vitest";
import { SEAT, STATES } from "../dev/samples.ts";
import { forgetProgress, keepProgress, recallProgress } from "../src/kept.ts";
import { Room } from "../src/room.ts";
import { forgetStale } from "../src/stale.ts";

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

  it("goes by itself after half an hour of an open page, counted from the last stroke", async () => {
    vi.useFakeTimers();
    keepProgress(HERS, DONE);
    await vi.advanceTimersByTimeAsync(20 * 60 * 1_000);
    keepProgress(HERS, DONE);
    await vi.advanceTimersByTimeAsync(20 * 60 * 1_000);
    expect(recallProgress(HERS)).toEqual(DONE);
    await vi.advanceTimersByTimeAsync(10 * 60 * 1_000);
    expect(localStorage.length).toBe(0);
    vi.useRealTimers();
  });

  it("goes with the next link that is opened, whosever it is, and not before its time", () => {
    keepProgress(HERS, DONE, 0);
    forgetStale(30 * 60 * 1_000);
    expect(localStorage.length).toBe(1);
    forgetStale(30 * 60 * 1_000 + 1);
    expect(localStorage.length).toBe(0);
  });

  it.each([
    ["leaves", (room: Room) => room.leave()],
    ["ends the mediation", (room: Room) => room.stop("")],
    ["is sent away", (room: Room) => room.put({ is: "parted", reason: "link_ended" })],
  ] as const)("goes when its writer %s", async (_how, goes) => {
    const room = new Room(SEAT, document.createElement("div"));
    const joint = STATES["joint"]?.();
    if (joint === undefined) throw new Error("joint");
    room.state.value = joint;
    vi.spyOn(room.api, "stop").mockResolvedValue(SEAT);
    keepProgress(HERS, DONE);
    await goes(room);
    expect(localStorage.length).toBe(0);
    room.close();
    vi.restoreAllMocks();
  });
});
