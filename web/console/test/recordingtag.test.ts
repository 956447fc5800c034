import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { LIVE, Live } from "../src/room/live.ts";
import RecordingTag from "../src/room/RecordingTag.vue";

let app: App | null = null;
afterEach(() => app?.unmount());

function tag(snapshot: Snapshot): HTMLElement {
  app?.unmount();
  app = createApp({ render: () => h(RecordingTag, { snapshot }) }).provide(LIVE, new Live("s1"));
  const root = document.createElement("div");
  app.mount(root);
  return root;
}

describe("the sign of a recording", () => {
  it("is a button only while there is something to do about it", () => {
    const joint = SCENES["joint"] as Snapshot;
    expect(tag(joint).querySelector("button")).not.toBeNull();
    const root = tag({ ...joint, state: "closed" });
    expect([root.querySelector("button"), root.textContent.trim()]).toEqual([null, "不录音录像"]);
  });
});
