import { afterEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import { SEAT, STATES } from "../dev/samples.ts";
import RecordingStrip from "../src/parts/RecordingStrip.vue";
import { ROOM, Room } from "../src/room.ts";

let open: { readonly app: App; readonly room: Room } | null = null;

/** Returns the strip that says whether this state is recorded. */
async function strip(name: string, lang = "zh-CN"): Promise<HTMLElement> {
  close();
  const room = new Room(SEAT, document.createElement("div"));
  const made = STATES[name]?.();
  if (made === undefined) throw new Error(name);
  room.state.value = made;
  await room.words.speak(lang);
  const app = createApp(RecordingStrip).provide(ROOM, room);
  open = { app, room };
  const root = document.createElement("div");
  app.mount(root);
  return root;
}
function close(): void {
  open?.app.unmount();
  open?.room.close();
  open = null;
}
afterEach(close);

const dot = (root: HTMLElement) => root.querySelector(".recording-dot");

describe("whether it is recorded", () => {
  it("is not said to have stopped before that is confirmed", async () => {
    const stopping = await strip("recordingStopping");
    expect(stopping.textContent).toContain("正在停止录音录像，还没有确认停下");
    expect(dot(stopping)).not.toBeNull();
    expect((await strip("recordingStopping", "en")).textContent).toContain("being stopped; it is not confirmed yet");
  });
  it("is said to have stopped once it is", async () => {
    const stopped = await strip("recordingStopped");
    expect(stopped.textContent).toContain("录音录像停了，不再录");
    expect(dot(stopped)).toBeNull();
  });
});
