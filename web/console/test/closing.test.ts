import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import CloseSheet from "../src/room/CloseSheet.vue";
import { LIVE, Live } from "../src/room/live.ts";
import { minutesOwed } from "../src/room/steps.ts";
import { shellZh } from "../src/strings/shell.zh.ts";

let app: App | null = null;
afterEach(() => app?.unmount());

/** Opens the sheet over `snapshot` and returns the page. */
function closing(snapshot: Snapshot): HTMLElement {
  app?.unmount();
  app = createApp({ render: () => h(CloseSheet, { snapshot }) }).provide(LIVE, new Live("s1"));
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  app.mount(root);
  return document.body;
}
const noteLabel = (page: HTMLElement) => page.querySelector("dialog .field label:has(+ textarea)")?.textContent ?? "";

describe("closing without minutes", () => {
  const joint = SCENES["joint"] as Snapshot;
  const none = { ...joint, agreement_state: "sealed" as const, minutes: { ...joint.minutes, items: [], answers: {} } };
  it("says before it is sent that the note is needed, and by the note's own name", () => {
    const page = closing(none);
    const label = noteLabel(page);
    expect(label).toBe("备注");
    expect(page.textContent).toContain("先写原因");
    expect(shellZh["owed.minutes"]).toContain(label);
    expect(shellZh["owed.minutes_answer"]).toContain(label);
  });
  it("asks for none where every party has answered, and none for a sitting without agreement", () => {
    expect(minutesOwed(none)).toBe("minutes");
    expect(minutesOwed(joint)).toBe("minutes_answer");
    const answered = { ...joint, minutes: { ...joint.minutes, answers: { p1a: true, p2a: false } } };
    expect(minutesOwed(answered)).toBeNull();
    expect(noteLabel(closing({ ...answered, agreement_state: "sealed" }))).toContain("可以不填");
  });
});
