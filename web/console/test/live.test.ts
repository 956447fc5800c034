import { describe, expect, it } from "vitest";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import type { LineEvents, OpenLine } from "../src/room/line.ts";
import { Live } from "../src/room/live.ts";

interface Wire {
  readonly live: Live;
  readonly events: LineEvents;
  readonly asked: string[];
}

/** A room whose line notes what is asked of it, and answers nothing. */
async function wired(): Promise<Wire> {
  const asked: string[] = [];
  let heard: LineEvents | null = null;
  const open: OpenLine = (_session, events) => {
    heard = events;
    const ask = (event: string): Promise<never> => {
      asked.push(event);
      return new Promise(() => undefined);
    };
    return { enter: () => ask("enter"), ask, check: () => Promise.resolve(), close: () => asked.push("close") };
  };
  const live = new Live("s1", open);
  await live.open(document.createElement("div"), false);
  if (heard === null) throw new Error("no line was opened");
  return { live, events: heard, asked };
}

const told = (n: number, more: Partial<Snapshot> = {}): { n: number; events: string[]; snapshot: Snapshot } => {
  const snapshot = { ...SCENES["joint"], n, ...more } as Snapshot;
  return { n, events: [], snapshot };
};

describe("who may not stay", () => {
  it.each([
    ["signed_out", "signed_out"],
    ["no_access", "no_access"],
    ["a reason of a later server", "signed_out"],
  ])("neither sends nor hears any more: %s", async (reason, line) => {
    const { live, events, asked } = await wired();
    events.change(told(1));
    events.parted(reason);
    expect([live.line.value, live.media.value.phase]).toEqual([line, "closed"]);
    events.down();
    expect(live.line.value).toBe(line);
    expect(asked).toEqual(["close"]);
    expect(await live.command("session.pause")).toBe(false);
  });
});

describe("a sitting that is over", () => {
  it.each(["closed", "adjourned"] as const)("leaves the room once it is %s: line and devices are given back", async (state) => {
    const { live, events, asked } = await wired();
    events.change(told(1));
    expect(asked).toEqual([]);
    events.change(told(2, { state }));
    expect(live.line.value).toBe("over");
    expect(live.snapshot.value?.state).toBe(state);
    expect(live.media.value.phase).toBe("closed");
    expect(asked).toEqual(["close"]);
    live.close();
    expect(asked).toEqual(["close"]);
  });
});
