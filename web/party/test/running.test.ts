import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PartyState } from "@heyi/core";
import { CHEN, SEAT, STATES, SU } from "../dev/samples.ts";
import Caucus from "../src/screens/Caucus.vue";
import Device from "../src/screens/Device.vue";
import Ended from "../src/screens/Ended.vue";
import Joint from "../src/screens/Joint.vue";
import Reception from "../src/screens/Reception.vue";
import Receipt from "../src/screens/Receipt.vue";
import RoomBar from "../src/parts/RoomBar.vue";
import Second from "../src/screens/Second.vue";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

/** Devices of a phone: the sound alone, or nothing at all. */
function devices(given: boolean): void {
  const track = Object.assign(new EventTarget(), { kind: "audio", readyState: "live", muted: false, stop: () => undefined });
  const stream = { getTracks: () => [track], getAudioTracks: () => [track], getVideoTracks: () => [] };
  const capture = () => (given ? Promise.resolve(stream) : Promise.reject(new DOMException("no", "NotAllowedError")));
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: capture }, configurable: true });
}
beforeEach(() => { vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 200 }))); });
afterEach(() => {
  clear();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "mediaDevices");
});

describe("the mediator's line is lost", () => {
  it.each([
    ["a private talk", Caucus, "caucusDropped"],
    ["the joint session", Joint, "jointDropped"],
  ])("and it is said at once, with the place kept: %s", async (_where, screen, name) => {
    const { root } = show(screen, await roomIn(name));
    expect(root.querySelector(".chair-away")?.textContent).toBe("调解员的网络断了，位置留着，请等一等。");
    expect([...root.querySelectorAll(".tile")].some((tile) => tile.textContent.includes("苏慧珍"))).toBe(true);
  });
  it("also while rights are read, and in English", async () => {
    const room = await roomIn("rights", "en");
    const { snapshot } = room.state.value;
    if (snapshot === null) throw new Error("no snapshot");
    const seats = [{ ...SU, space: "reception" as const, present: false, absence: "network" as const }, { ...CHEN, space: "reception" as const }];
    room.state.value = { ...room.state.value, snapshot: { ...snapshot, seats } };
    expect(show(Reception, room).root.textContent).toContain("The mediator lost the connection. The place is kept");
  });
  it.each([["caucus", Caucus], ["joint", Joint]])("and is not said while it holds: %s", async (name, screen) => {
    expect(show(screen, await roomIn(name)).root.querySelector(".chair-away")).toBeNull();
  });
});

/** The device check of somebody whose sitting is in this state; `holds` when this phone had his seat before. */
async function check(session_state: PartyState["seat"]["session_state"], holds: boolean, lang = "zh-CN"): Promise<HTMLElement> {
  const room = await roomIn("device", lang);
  room.state.value = { ...room.state.value, seat: { ...SEAT, session_state, device: holds ? "holder" : "none" } };
  return show(Device, room).root;
}

describe("coming back into a running sitting", () => {
  it.each(["open", "paused", "frozen", "signing"] as const)("begins with the word that it runs (%s)", async (state) => {
    const root = await check(state, true);
    expect(root.querySelector("h1")?.textContent).toContain("调解正在进行");
    expect(root.textContent).toContain("大家在等您");
    expect(root.textContent).not.toContain("试一试手机");
  });
  it("takes one tap", async () => {
    devices(true);
    const room = await roomIn("deviceBack");
    const put = vi.spyOn(room, "put").mockImplementation(() => undefined);
    const { root } = show(Device, room);
    await tap(root, "回到调解");
    await settle();
    expect(put).toHaveBeenCalledWith({ is: "go", step: "live" });
  });
  it("stays with the help where the phone gives no sound", async () => {
    devices(false);
    const room = await roomIn("deviceBack");
    const put = vi.spyOn(room, "put");
    const { root } = show(Device, room);
    await tap(root, "回到调解");
    await settle();
    expect(root.textContent).toContain("手机没有允许");
    expect(put).not.toHaveBeenCalledWith({ is: "go", step: "live" });
  });
  it("tells who comes for the first time that it has begun, before the check", async () => {
    const root = await check("open", false, "en");
    expect(root.textContent).toContain("The session has begun");
    expect(root.querySelector("h1")?.textContent).toBe("Test your phone");
  });
  it.each([["scheduled", true], ["scheduled", false]] as const)("is no word before it runs (%s, %s)", async (state, holds) => {
    const root = await check(state, holds);
    expect(root.querySelector("h1")?.textContent).toBe("试一试手机");
    expect(root.textContent).not.toContain("已经开始");
  });
});

describe("a phone whose seat is elsewhere", () => {
  it("says that another phone has it, who let that in, and whom to call", async () => {
    const { root } = show(Second, await roomIn("moved"));
    for (const words of ["另一部手机坐了您的位置", "调解员同意", "验证码", "不是您换的", SEAT.office_phone]) expect(root.textContent).toContain(words);
    expect(root.textContent).not.toContain("您在另一部手机上打开了");
    expect(root.querySelector("a[href^='tel:']")).not.toBeNull();
  });
  it("says that it is another page of this phone where it is", async () => {
    const { root } = show(Second, await roomIn("replaced"));
    expect(root.textContent).toContain("这个链接在另一页打开了");
    expect(root.textContent).not.toContain("另一部手机");
  });
});

it("a wish for the mediator is said to be told, not known", async () => {
  const room = await roomIn("joint");
  vi.spyOn(room, "ask").mockResolvedValue({ ok: true, code: null, facts: {} });
  const { root } = show(RoomBar, room);
  await tap(root, "找调解员");
  await tap(root, "想单独谈");
  expect(room.words.note.value.text).toBe("已告诉调解员");
});

describe("once the sitting is over", () => {
  it.each([["closed", "closed"], ["adjourned", "adjourned"]])("the page may be closed, and says so (%s)", async (_why, name) => {
    expect(show(Ended, await roomIn(name)).root.textContent).toContain("这一页可以关了");
  });
  it("also above the agreement that is in force, with what a court's confirmation is", async () => {
    const { root } = show(Receipt, await roomIn("effective"));
    expect(root.textContent).toContain("这一页可以关了");
    expect(root.textContent).toContain("司法确认：双方一起请法院认可这份协议");
  });
  it("nothing of the kind is said to who only left", async () => {
    expect(Object.keys(STATES)).toContain("left");
    expect(show(Ended, await roomIn("left")).root.textContent).not.toContain("可以关了");
  });
});
