import { beforeEach, describe, expect, it, vi } from "vitest";
import { Line } from "../src/line.ts";

/** What the library's socket does to us, played by hand. */
const played = vi.hoisted(() => ({
  hears: new Map<string, (told?: unknown) => void>(),
  connects: 0,
  active: true,
  id: "first",
  answers: [] as string[],
  asked: [] as string[],
}));
vi.mock("socket.io-client", () => ({
  io: () => ({
    connected: false,
    get active() {
      return played.active;
    },
    get id() {
      return played.id;
    },
    timeout: () => ({
      emitWithAck: (event: string) => {
        played.asked.push(event);
        const code = played.answers.shift();
        return Promise.resolve(code === undefined ? { ok: true, facts: {} } : { ok: false, code, facts: {} });
      },
    }),
    on: (name: string, then: (told?: unknown) => void) => played.hears.set(name, then),
    connect: () => (played.connects += 1),
    disconnect: () => undefined,
  }),
}));

const told: string[] = [];
let line: Line;
beforeEach(() => {
  vi.useFakeTimers();
  told.length = 0;
  played.connects = 0;
  played.active = true;
  played.id = "first";
  played.answers = [];
  played.asked = [];
  const note = (word: string) => () => void told.push(word);
  line = new Line("s1", {
    up: note("up"),
    down: note("down"),
    change: note("change"),
    offer: note("offer"),
    replaced: note("replaced"),
    parted: (reason) => void told.push(`parted ${reason}`),
    refused: (code) => void told.push(`refused ${code}`),
  });
});
const happens = (name: string, what?: unknown): void => played.hears.get(name)?.(what);

describe("the phone's line", () => {
  it("comes back where the server hung up without a word", () => {
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["down"], 1]);
  });
  it("is only lost where a try failed that is followed by another", () => {
    happens("connect_error", new Error("websocket error"));
    expect(told).toEqual(["down"]);
  });
  it.each([
    ["link_ended", "link_ended"],
    ["signed_out", "signed_out"],
    ["a word of a later server", "signed_out"],
  ])("stays away where the server lets nobody in: %s", (word, reason) => {
    played.active = false;
    happens("connect_error", new Error(word));
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([[`parted ${reason}`], 0]);
  });
  it("stays away where the server said why", () => {
    happens("parted", { reason: "moved" });
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["parted moved"], 0]);
  });
});

describe("entering", () => {
  it("waits where this person came too often, and tries again without a word", async () => {
    played.answers = ["too_fast", "too_fast"];
    await line.enter();
    expect([played.asked.length, told]).toEqual([1, []]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(played.asked.length).toBe(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([played.asked.length, told]).toEqual([3, []]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(played.asked.length).toBe(3);
  });
  it("ends where it is refused for another reason", async () => {
    played.answers = ["forbidden"];
    await line.enter();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([played.asked.length, told]).toEqual([1, ["refused forbidden"]]);
  });
  it("is not tried again on a line that was closed or is another by then", async () => {
    played.answers = ["too_fast", "too_fast"];
    await line.enter();
    played.id = "second";
    await vi.advanceTimersByTimeAsync(60_000);
    expect(played.asked.length).toBe(1);
    await line.enter();
    line.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(played.asked.length).toBe(2);
  });
});
