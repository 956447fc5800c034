import { beforeEach, describe, expect, it, vi } from "vitest";
import { Line } from "../src/line.ts";

/** What the server answers, played by hand. */
const played = vi.hoisted(() => ({ id: "first", answers: [] as string[], asked: [] as string[] }));
vi.mock("socket.io-client", () => ({
  io: () => ({
    get id() {
      return played.id;
    },
    timeout: () => ({
      emitWithAck: (event: string) => {
        played.asked.push(event);
        const code = played.answers.shift();
        if (code === "silence") return Promise.reject(new Error("timeout"));
        return Promise.resolve(code === undefined ? { ok: true, facts: {} } : { ok: false, code, facts: {} });
      },
    }),
    on: () => undefined,
    disconnect: () => undefined,
  }),
}));

const told: string[] = [];
let line: Line;
beforeEach(() => {
  vi.useFakeTimers();
  told.length = 0;
  Object.assign(played, { id: "first", answers: [], asked: [] });
  const note = (word: string) => () => void told.push(word);
  line = new Line("s1", {
    up: note("up"),
    down: note("down"),
    change: note("change"),
    offer: note("offer"),
    replaced: note("replaced"),
    parted: note("parted"),
    refused: (code) => void told.push(`refused ${code}`),
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
  it("may be asked again where nobody answered", async () => {
    played.answers = ["silence", "silence"];
    expect(await line.ask("enter")).toEqual({ ok: false, code: null, facts: {} });
    await line.enter();
    expect(told).toEqual([]);
  });
});
