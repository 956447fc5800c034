import { PROTOCOL_VERSION } from "@heyi/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { socketLine, type LivePort } from "../src/room/line.ts";

/** What is asked of the library's socket, and whether the server answers. */
const played = vi.hoisted(() => ({ opened: {} as object, asked: [] as unknown[], silent: false }));
vi.mock("socket.io-client", () => ({
  io: (options: object) => {
    played.opened = options;
    return {
      on: () => undefined,
      timeout: () => ({
        emitWithAck: (...asked: unknown[]) => {
          played.asked.push(asked);
          return played.silent ? Promise.reject(new Error("timeout")) : Promise.resolve({ ok: true, facts: {} });
        },
      }),
    };
  },
}));

let line: LivePort;
beforeEach(() => {
  Object.assign(played, { asked: [], silent: false });
  const nothing = (): void => undefined;
  const events = { up: nothing, down: nothing, change: nothing, offer: nothing, replaced: nothing, parted: nothing };
  line = socketLine("s1", events);
});

describe("the console's line", () => {
  it("enters the sitting as staff", async () => {
    await line.enter();
    expect(played.opened).toMatchObject({ auth: { as: "staff" } });
    expect(played.asked).toEqual([["enter", { session_id: "s1", version: PROTOCOL_VERSION }]]);
  });
  it("says where no answer came in time", async () => {
    played.silent = true;
    expect(await line.ask("chair.take")).toEqual({ ok: false, code: "offline", facts: {} });
  });
});
