import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveSocket } from "../src/live.ts";

/** What the library's socket does to us, played by hand. */
const played = vi.hoisted(() => ({
  hears: new Map<string, (told?: unknown) => void>(),
  connects: 0,
  connected: false,
  active: true,
  id: "first",
  steps: [] as string[],
  answer: (): Promise<unknown> => Promise.resolve({ ok: true, facts: {} }),
}));
vi.mock("socket.io-client", () => ({
  io: () => ({
    get connected() {
      return played.connected;
    },
    get active() {
      return played.active;
    },
    get id() {
      return played.id;
    },
    io: { engine: { close: () => played.steps.push("drop") } },
    timeout: () => ({ emitWithAck: () => played.answer() }),
    on: (name: string, then: (told?: unknown) => void) => played.hears.set(name, then),
    connect: () => {
      played.connects += 1;
      played.steps.push("connect");
    },
    disconnect: () => played.steps.push("disconnect"),
  }),
}));

const told: string[] = [];
let live: LiveSocket;
let sight: DocumentVisibilityState;
beforeEach(() => {
  vi.useFakeTimers();
  told.length = 0;
  sight = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => sight);
  const answer = (): Promise<unknown> => Promise.resolve({ ok: true, facts: {} });
  Object.assign(played, { connects: 0, connected: false, active: true, id: "first", steps: [], answer });
  const note = (word: string) => () => void told.push(word);
  live = new LiveSocket("seat", {
    up: note("up"),
    down: note("down"),
    change: note("change"),
    offer: note("offer"),
    replaced: note("replaced"),
    parted: (reason) => void told.push(`parted ${reason}`),
  });
});
afterEach(() => {
  live.close();
  vi.restoreAllMocks();
});
const happens = (name: string, what?: unknown): void => played.hears.get(name)?.(what);
const wakes = (): void => void document.dispatchEvent(new Event("visibilitychange"));
const otherNetwork = (): void => void window.dispatchEvent(new Event("online"));

describe("a live line", () => {
  it.each(["visible", "hidden"] as const)("comes back where the server hung up without a word: %s", (how) => {
    sight = how;
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["down"], 1]);
  });
  it("leaves it to the library to come back after any other loss", () => {
    happens("disconnect", "transport close");
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["down"], 0]);
  });
  it("is only lost where a try failed that is followed by another", () => {
    happens("connect_error", new Error("websocket error"));
    expect(told).toEqual(["down"]);
  });
  it("does not wait for the next try when the page is seen again", () => {
    sight = "hidden";
    wakes();
    expect(played.connects).toBe(0);
    sight = "visible";
    wakes();
    expect(played.connects).toBe(1);
    played.connected = true;
    wakes();
    expect(played.connects).toBe(1);
  });
  it("drops the transport without a goodbye on another network", () => {
    played.connected = true;
    otherNetwork();
    expect(played.steps).toEqual(["drop", "disconnect", "connect"]);
  });
  it("is made anew where nobody answers, unless it is another by then", async () => {
    await live.check();
    expect(played.connects).toBe(0);
    played.answer = () => Promise.reject(new Error("timeout"));
    await live.check();
    expect(played.connects).toBe(1);
    played.answer = () => {
      played.id = "second";
      return Promise.reject(new Error("timeout"));
    };
    await live.check();
    expect(played.connects).toBe(1);
  });
  it("answers nothing where no answer came", async () => {
    expect(await live.ask("enter", {})).toEqual({ ok: true, facts: {} });
    played.answer = () => Promise.reject(new Error("timeout"));
    expect(await live.ask("enter", {})).toBeUndefined();
  });
});

describe("a line that is over", () => {
  const ENDS: Record<string, [() => void, string[]]> = {
    replaced: [() => happens("replaced"), ["replaced"]],
    parted: [() => happens("parted", { reason: "moved" }), ["parted moved"]],
    "not let in, its link ended": [() => refused("link_ended"), ["parted link_ended"]],
    "not let in, not known": [() => refused("signed_out"), ["parted signed_out"]],
    "not let in, by a word of a later server": [() => refused("later"), ["parted signed_out"]],
    closed: [() => live.close(), []],
  };
  const refused = (word: string): void => {
    played.active = false;
    happens("connect_error", new Error(word));
  };

  it.each(Object.entries(ENDS))("stays away whatever comes then: %s", async (_, [ends, said]) => {
    ends();
    happens("disconnect", "io server disconnect");
    vi.runAllTimers();
    wakes();
    otherNetwork();
    played.answer = () => Promise.reject(new Error("timeout"));
    await live.check();
    expect([told, played.connects, live.over]).toEqual([said, 0, true]);
  });
  it.each(Object.entries(ENDS))("stays away though the loss came first: %s", (_, [ends, said]) => {
    happens("disconnect", "io server disconnect");
    ends();
    vi.runAllTimers();
    expect([told, played.connects]).toEqual([["down", ...said], 0]);
  });
});
