import { afterEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import type { PartyState } from "@heyi/core";
import { AGREEMENT, CHEN, LIN, SEAT, STATES } from "../dev/samples.ts";
import Strips from "../src/parts/Strips.vue";
import { ROOM, Room } from "../src/room.ts";
import { clear, roomIn, show } from "./stage.ts";

const OWN = CHEN.seat;
let open: { readonly app: App; readonly room: Room } | null = null;

/** Returns one of the states a party can be in, and switches off the camera of who sits at `without`. */
function stateOf(name: string, without: string): PartyState {
  const made = STATES[name]?.();
  if (made?.snapshot === undefined || made.snapshot === null) throw new Error(name);
  const seats = made.snapshot.seats.map((seat) => ({ ...seat, camera: seat.camera && seat.seat !== without }));
  const own = { ...made.own, camera: made.own.camera && without !== OWN };
  return { ...made, own, snapshot: { ...made.snapshot, seats } };
}

/** Returns what stands under the header in that state. */
async function said(name: string, lang = "zh-CN", without = "", paper = false): Promise<string> {
  close();
  const room = new Room(SEAT, document.createElement("div"));
  room.state.value = stateOf(name, without);
  await room.words.speak(lang);
  const app = createApp(Strips, { paper }).provide(ROOM, room);
  open = { app, room };
  const root = document.createElement("div");
  app.mount(root);
  return root.textContent;
}
function close(): void {
  open?.app.unmount();
  open?.room.close();
  open = null;
}
afterEach(close);

describe("a picture that is held back", () => {
  it("is told to whom it is kept from, by name", async () => {
    expect(await said("jointHeld")).toContain("先停了林启航的画面，只听声音。");
    expect(await said("jointHeld", "en")).toContain("For now you get only the sound of 林启航.");
  });
  it("is told to whose it is, with who does not see it", async () => {
    expect(await said("jointUnseen")).toContain("林启航那边网络弱，现在看不到您，听得到您说话。");
    expect(await said("jointUnseen", "en")).toContain("Weak connection at 林启航: your picture does not get there at present");
  });
  it("is not told of who has no picture to send", async () => {
    expect(await said("jointUnseen", "zh-CN", OWN)).not.toContain("看不到您");
    expect(await said("jointHeld", "zh-CN", LIN.seat)).not.toContain("先停了");
  });
  it("is not spoken of over paper; that the line is weak is", async () => {
    const held = await said("jointHeld", "zh-CN", "", true);
    expect(held).toContain("您的网络弱，声音没有断。");
    expect(held).not.toContain("先停了");
    expect(await said("jointUnseen", "zh-CN", "", true)).not.toContain("看不到您");
  });
  it("is not told where none is", async () => {
    const words = await said("joint");
    expect(words).toContain("林启航");
    for (const weak of ["先停了", "网络弱", "看不到您"]) expect(words).not.toContain(weak);
  });
});

it("a lost line is told once to a screen reader, and counted for the eye alone", async () => {
  const { root } = show(Strips, await roomIn("lost"));
  const counted = [...root.querySelectorAll<HTMLElement>("[role='status'] *")].filter((each) => each.textContent.includes("秒"));
  expect(counted.some((each) => each.getAttribute("aria-hidden") === "true")).toBe(true);
  clear();
});

describe("a text that was locked and is being changed", () => {
  const told = "之前签的名都不算了";
  async function after(version: number, state: "drafting" | "locked", signs = true): Promise<string> {
    const room = await roomIn("joint");
    const snapshot = room.snapshot;
    if (snapshot === null) throw new Error("not in the room");
    const seat = { ...room.seat, may_sign: signs };
    room.state.value = { ...room.state.value, seat, snapshot: { ...snapshot, agreement_state: state } };
    room.agreement.value = { ...AGREEMENT, text_version: version };
    return show(Strips, room).root.textContent;
  }
  afterEach(clear);
  it("is told to who signs, until it is locked again", async () => {
    expect(await after(2, "drafting")).toContain(told);
    expect(await after(2, "locked")).not.toContain(told);
  });
  it("is not told of the first draft, nor to who does not sign", async () => {
    expect(await after(1, "drafting")).not.toContain(told);
    expect(await after(2, "drafting", false)).not.toContain(told);
  });
});
