import { beforeEach, describe, expect, it, vi } from "vitest";
import { socketLine } from "../src/room/line.ts";

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
  socketLine("s1", {
    up: note("up"),
    down: note("down"),
    change: note("change"),
    offer: note("offer"),
    replaced: note("replaced"),
    parted: (reason) => void told.push(`parted ${reason}`),
  });
});
const happens = (name: string, what?: unknown): void => played.hears.get(name)?.(what);

describe("the console's line", () => {
  it("comes back where the server hung up without a word", () => {
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["down"], 1]);
  });
  it("is only lost where a try failed that is followed by another", () => {
    happens("connect_error", new Error("websocket error"));
    expect(told).toEqual(["down"]);
  });
  it("stays away where the server does not know the console, and says that it is signed out", () => {
    played.active = false;
    happens("connect_error", new Error("signed_out"));
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["parted signed_out"], 0]);
  });
  it("stays away where the server said why", () => {
    happens("parted", { reason: "no_access" });
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["parted no_access"], 0]);
  });
});
