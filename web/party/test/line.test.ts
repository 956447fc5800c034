import { beforeEach, describe, expect, it, vi } from "vitest";
import { Line } from "../src/line.ts";

/** What the library's socket does to us, played by hand. */
const played = vi.hoisted(() => ({ hears: new Map<string, (told?: unknown) => void>(), connects: 0, active: true }));
vi.mock("socket.io-client", () => ({
  io: () => ({
    connected: false,
    get active() {
      return played.active;
    },
    on: (name: string, then: (told?: unknown) => void) => played.hears.set(name, then),
    connect: () => (played.connects += 1),
    disconnect: () => undefined,
  }),
}));

const told: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  told.length = 0;
  played.connects = 0;
  played.active = true;
  const note = (word: string) => () => void told.push(word);
  new Line("s1", {
    up: note("up"),
    down: note("down"),
    change: note("change"),
    offer: note("offer"),
    replaced: note("replaced"),
    parted: (reason) => void told.push(`parted ${reason}`),
    refused: note("refused"),
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
