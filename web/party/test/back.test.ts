import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PartyState } from "@heyi/core";
import { SEAT, STATES } from "../dev/samples.ts";
import App from "../src/App.vue";
import "../src/late.ts"; // read beforehand, so that it is there as soon as it is asked for
import type { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

/** The history's top entry as the app sees it; happy-dom goes nowhere by itself. */
let depth = 0;
beforeEach(() => {
  depth = 0;
  vi.spyOn(history, "state", "get").mockImplementation(() => ({ heyiOpen: depth }));
  vi.spyOn(history, "pushState").mockImplementation(() => { depth += 1; });
  vi.spyOn(history, "go").mockImplementation((by = 0) => { move(by); });
});
afterEach(async () => {
  clear();
  await settle();
  vi.restoreAllMocks();
});

function move(by: number): void {
  depth += by;
  window.dispatchEvent(new PopStateEvent("popstate"));
}
async function back(): Promise<void> {
  move(-1);
  await settle();
}
async function at(name: string, more: Partial<PartyState> = {}): Promise<{ root: HTMLElement; room: Room }> {
  const shown = show(App, await roomIn(name, "zh-CN", more));
  await settle();
  return shown;
}
const sheet = (root: HTMLElement): string => root.querySelector(".sheet h2")?.textContent ?? "";

describe("the phone's back on a page", () => {
  it("closes the sheet that is open, and then leaves", async () => {
    const { root } = await at("invitation");
    expect(depth).toBe(0);
    await tap(root, "不参加");
    expect([sheet(root) === "", depth]).toEqual([false, 1]);
    await back();
    expect([sheet(root), depth]).toEqual(["", 0]);
  });
  it("needs no second tap after a sheet was closed by its cross", async () => {
    const { root } = await at("invitation");
    await tap(root, "不参加");
    root.querySelector<HTMLButtonElement>(".sheet-close")?.click();
    await settle();
    expect([sheet(root), depth]).toEqual(["", 0]);
  });
});

describe.each(["lobby", "joint", "caucus"])("the phone's back in the room (%s)", (name) => {
  it("asks whether to leave, and leaves with the next", async () => {
    const { root } = await at(name);
    expect(depth).toBe(1);
    await back();
    expect([sheet(root), depth]).toEqual(["要离开吗？", 0]);
  });
  it("asks again after staying", async () => {
    const { root } = await at(name);
    await back();
    await tap(root, "接着谈");
    expect([sheet(root), depth]).toEqual(["", 1]);
    await back();
    expect(sheet(root)).toBe("要离开吗？");
  });
  it("leaves nothing behind once the room was left", async () => {
    const { root, room } = await at(name);
    await tap(root, "离开");
    expect(depth).toBe(2);
    room.leave();
    await settle();
    expect([sheet(root), depth]).toEqual(["", 0]);
  });
});

describe("the phone's back from a text in the room", () => {
  it("leads to the pictures first", async () => {
    const { room, root } = await at("sign", { seat: { ...SEAT, receipt: STATES["receipt"]?.().seat.receipt ?? null } });
    expect(depth).toBe(2);
    await back();
    expect([room.state.value.aside, sheet(root), depth]).toEqual([true, "", 1]);
  });
});
