import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import { KEEPING } from "../dev/papers.ts";
import KeepingSheet from "../src/records/KeepingSheet.vue";
import ReasonSheet from "../src/records/ReasonSheet.vue";

let app: App | null = null;
afterEach(() => app?.unmount());

function open(part: Component, props: Record<string, unknown>): void {
  app = createApp({ render: () => h(part, props) });
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  app.mount(root);
}
async function write(place: string, text: string): Promise<void> {
  const field = document.querySelector<HTMLTextAreaElement>(place);
  if (field === null) throw new Error(place);
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await Promise.resolve();
}
const why = () => document.querySelector("dialog .why")?.textContent ?? null;

describe("why a file is not held back yet", () => {
  it("is what is lacking, and that alone", async () => {
    open(KeepingSheet, { wish: { kind: "hold", file: KEEPING.files[0] } });
    await write("dialog textarea", "法院调卷");
    expect(why()).toBe("先写依据的文号");
    await write("dialog input", "（2028）鹭湖法函 41 号");
    expect(why()).toBeNull();
    await write("dialog textarea", "查");
    expect(why()).toBe("原因太短，请写清楚");
  });
});

it("a reason of one sign is called too short, none is asked for", async () => {
  open(ReasonSheet, { error: null, busy: false });
  expect(why()).toBe("先写原因");
  await write("dialog textarea", "查");
  expect(why()).toBe("原因太短，请写清楚");
});
