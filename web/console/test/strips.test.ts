import { afterEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import LineStrip from "../src/room/LineStrip.vue";
import { LIVE, Live } from "../src/room/live.ts";

const JOINT = SCENES["joint"] as Snapshot;
let app: App | null = null;

/** Returns what the strips under the head say at the desk of a sitting that stands like this. */
function said(change: Partial<Snapshot>, camera = true): string {
  const live = new Live("s1");
  live.line.value = "on";
  live.own.value = { microphone: true, camera };
  live.snapshot.value = { ...JOINT, ...change };
  app?.unmount();
  app = createApp(LineStrip).provide(LIVE, live);
  const root = document.createElement("div");
  app.mount(root);
  return root.textContent;
}
afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
});

const other = JOINT.seats.find((seat) => !seat.you && seat.camera && JOINT.slots.some((slot) => slot.seat === seat.seat));
if (other === undefined) throw new Error("nobody else is to be seen in the scene");
const { seat, name } = other;
const held = { slots: JOINT.slots.map((slot) => (slot.seat === seat ? { ...slot, video: false } : slot)) };

describe("a picture that is held back", () => {
  it("is told at the desk that does not get it, by name", () => {
    expect(said(held)).toContain(`您的网络弱，先停了${name}的画面，只听声音。`);
    setLang("en");
    expect(said(held)).toContain(`Your connection is weak: for now you get only the sound of ${name}.`);
  });
  it("is told at the desk whose it is, with who does not see it", () => {
    expect(said({ unseen_by: [seat] })).toContain(`${name}那边网络弱，现在看不到您，听得到您说话。`);
    setLang("en");
    expect(said({ unseen_by: [seat] })).toContain(`Weak connection at ${name}: your picture does not get there at present`);
  });
  it("is not told of who has no picture to send", () => {
    expect(said({ unseen_by: [seat] }, false)).toBe("");
    const seats = JOINT.seats.map((one) => ({ ...one, camera: one.camera && one.seat !== seat }));
    expect(said({ ...held, seats })).toBe("");
  });
  it("is not told where none is", () => {
    expect(said({})).toBe("");
  });
});

describe("a plane that takes no room", () => {
  const { desk } = JOINT;
  if (desk === null) throw new Error("the scene has no desk");

  it("is told at the desk, whether it is away or full", () => {
    expect(said({ desk: { ...desk, media_ok: false } })).toContain("视频服务断了或者满了，谁也听不到谁。");
    setLang("en");
    expect(said({ desk: { ...desk, media_ok: false } })).toContain("down or full; nobody hears anybody");
  });
});
