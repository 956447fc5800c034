import { afterEach, expect, it, vi } from "vitest";
import { createApp, h, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { LIVE, Live } from "../src/room/live.ts";
import { nextOf } from "../src/room/scene.ts";
import SmallStage from "../src/room/SmallStage.vue";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  app = null;
});

function beside(name: string, heard: Record<string, unknown> = {}): { root: HTMLElement; live: Live } {
  const snapshot = SCENES[name] as Snapshot;
  const live = new Live("s1");
  live.snapshot.value = snapshot;
  app = createApp({ render: () => h(SmallStage, { snapshot, ...heard }) }).provide(LIVE, live);
  const root = document.createElement("div");
  app.mount(root);
  return { root, live };
}
const button = (root: HTMLElement, word: string) => [...root.querySelectorAll("button")].find((each) => each.textContent.trim() === word);

it("a call reaches the desk that has the agreement open, and is answered there", () => {
  const { root, live } = beside("drafting");
  const command = vi.spyOn(live, "command").mockResolvedValue(true);
  const line = root.querySelector(".call-line");
  expect(line?.textContent).toContain("陈水根");
  expect(line?.textContent).toContain("想单独谈");
  button(root, "知道了")?.click();
  expect(command).toHaveBeenCalledExactlyOnceWith("call.answer", { seat: "p1a" });
});

it("so does another telephone that waits, also where the first one is gone", () => {
  const device = vi.fn();
  const { root } = beside("drafting", { onDevice: device });
  button(root, "让新手机进来")?.click();
  expect(device).toHaveBeenCalledOnce();
  const alone = SCENES["secondPhone"] as Snapshot;
  const lin = alone.seats.find((seat) => seat.seat === "p2a");
  if (lin === undefined) throw new Error("the scene has no second phone");
  expect([lin.present, nextOf(alone, lin)]).toEqual([false, "device"]);
});

it("nothing stands there while nobody waits", () => {
  expect(beside("joint").root.querySelectorAll(".call-line")).toHaveLength(0);
});
