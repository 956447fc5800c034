import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { SeatState, Snapshot } from "../src/api/types.ts";
import { LIVE, Live } from "../src/room/live.ts";
import Pictures from "../src/room/Pictures.vue";
import SeatRow from "../src/room/SeatRow.vue";
import WhoHears from "../src/room/WhoHears.vue";
import { muted } from "../src/room/scene.ts";
import { groupsOf } from "../src/room/whoHears.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  app = null;
});

const scene = SCENES["muted"] as Snapshot;
const seatOf = (snapshot: Snapshot, id: string) => snapshot.seats.find((seat) => seat.seat === id) as SeatState;
function text(part: Component, props: Record<string, unknown>, css: string): readonly string[] {
  const live = new Live("s1");
  live.snapshot.value = scene;
  app = createApp({ render: () => h(part, props) }).provide(LIVE, live);
  const root = document.createElement("div");
  app.mount(root);
  return [...root.querySelectorAll(css)].map((each) => each.textContent.trim());
}

describe("who switched the microphone off", () => {
  it("is told below the picture, instead of that he speaks", () => {
    const captions = text(Pictures, { snapshot: scene }, "figcaption");
    const chen = captions.find((each) => each.includes("陈水根"));
    expect(chen).toContain("声音关了");
    expect(chen).not.toContain("正在说话");
    expect(captions.find((each) => each.includes("林启航"))).not.toContain("声音关了");
  });
  it("is told in the seat's line", () => {
    expect(text(SeatRow, { snapshot: scene, seat: seatOf(scene, "p1a") }, ".seat-name small")[0]).toContain("声音关了");
    expect(text(SeatRow, { snapshot: scene, seat: seatOf(scene, "p2a") }, ".seat-name small")[0]).not.toContain("声音关了");
  });
  it("is marked in the drawing with everybody at the same telephone, and named beside it", () => {
    const people = groupsOf(scene).flatMap((group) => group.people);
    expect(people.filter((person) => person.mute).map((person) => person.name)).toEqual(["陈水根", "刘春梅"]);
    expect(text(WhoHears, { snapshot: scene }, "li")).toContain("声音关了：陈水根、刘春梅");
  });
  it("is not said of who is away or waits where nobody is to hear him", () => {
    const chen = seatOf(scene, "p1a");
    expect(muted(scene, chen)).toBe(true);
    expect(muted(scene, { ...chen, space: "lobby" })).toBe(false);
    expect(muted(scene, { ...chen, present: false })).toBe(false);
    expect(muted(scene, { ...chen, absence: "telephone" })).toBe(false);
  });
  it("does not read as sound that works where the picture is lacking too", () => {
    const both = { ...scene, seats: scene.seats.map((seat) => (seat.seat === "p1a" ? { ...seat, camera: false } : seat)) };
    expect(text(Pictures, { snapshot: both }, ".tile-stopped").join()).not.toContain("有声音");
  });
});
