import { afterEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import { LIVE, Live } from "../src/room/live.ts";
import RecordingTag from "../src/room/RecordingTag.vue";

const STOPPING = SCENES["recordingStopping"] as Snapshot;
let app: App | null = null;

/** Returns the sign at the top of the desk for this state of the recording. */
function tag(state: Snapshot["recording"]["state"]): HTMLElement {
  app?.unmount();
  const snapshot = { ...STOPPING, recording: { ...STOPPING.recording, state } };
  app = createApp(RecordingTag, { snapshot }).provide(LIVE, new Live("s1"));
  const root = document.createElement("div");
  app.mount(root);
  return root;
}
afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
});

describe("the sign of recording at the desk", () => {
  it("is not said to have stopped, and stays red, until that is confirmed", () => {
    const stopping = tag("stopping");
    expect(stopping.textContent).toContain("录音录像正在停，还没有确认停下");
    expect(stopping.querySelector(".red .recording-dot")).not.toBeNull();
    setLang("en");
    expect(tag("stopping").textContent).toContain("Recording stops, not confirmed yet");
  });
  it("is red no more once it has stopped", () => {
    const stopped = tag("stopped");
    expect(stopped.textContent).toContain("录音录像停了");
    expect(stopped.querySelector(".recording-dot")).toBeNull();
  });
});
