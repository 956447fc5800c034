import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import FrameHead from "../src/room/FrameHead.vue";
import { LIVE, Live } from "../src/room/live.ts";
import SmallStage from "../src/room/SmallStage.vue";

const { desk, ...rest } = SCENES["joint"] as Snapshot;
if (desk === null) throw new Error("the scene has no desk");
const JOINT: Snapshot = { ...rest, desk };
let app: App | null = null;

/** Returns what stands over the pictures, large and beside the agreement, for a desk with such a line. */
function said(line: Live["line"]["value"], mediaOk = true): string[] {
  return [FrameHead, SmallStage].map((part) => {
    const live = new Live("s1");
    live.line.value = line;
    const snapshot = { ...JOINT, desk: { ...desk, media_ok: mediaOk } } as Snapshot;
    live.snapshot.value = snapshot;
    app?.unmount();
    app = createApp({ render: () => h(part, { snapshot }) }).provide(LIVE, live);
    const root = document.createElement("div");
    app.mount(root);
    return root.querySelector("[role='status']")?.textContent.trim() ?? "";
  });
}
afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
});

describe("who hears, over the pictures", () => {
  it("is said while the line is there, and while it comes back", () => {
    for (const line of ["on", "lost"] as const) for (const text of said(line)) expect(text).toContain("大家都能听到");
  });
  it.each(["signed_out", "no_access", "replaced", "refused"] as const)("is nobody once this desk is out of the room (%s)", (line) => {
    expect(said(line)).toEqual(["现在没有人能听到您", "现在没有人能听到您"]);
    setLang("en");
    expect(said(line)).toEqual(["Nobody hears you now", "Nobody hears you now"]);
  });
  it("is nobody while the video service is down or full", () => {
    expect(said("on", false)).toEqual(["现在没有人能听到您", "现在没有人能听到您"]);
  });
});
