import { afterEach, expect, it, vi } from "vitest";
import { createApp, type App } from "vue";
import AdjournSheet from "../src/room/AdjournSheet.vue";
import { LIVE, Live } from "../src/room/live.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  app = null;
});

/** Adjourns with this in the field; returns what the server was asked. */
async function adjourned(at: string): Promise<unknown[]> {
  const live = new Live("s1");
  const asked = vi.spyOn(live, "command").mockResolvedValue(true);
  const root = document.createElement("div");
  app = createApp(AdjournSheet).provide(LIVE, live);
  app.mount(root);
  const field = root.querySelector("input");
  if (field === null) throw new Error(root.innerHTML);
  field.value = at;
  field.dispatchEvent(new Event("input"));
  root.querySelector("form")?.dispatchEvent(new Event("submit"));
  await Promise.resolve();
  return asked.mock.calls;
}

it("adjourns to a time, or leaves it open", async () => {
  expect(await adjourned("2025-03-21T09:00")).toEqual([["adjourn", { next_at: "2025-03-21T01:00:00.000Z" }]]);
  app?.unmount();
  expect(await adjourned("")).toEqual([["adjourn", { next_at: null }]]);
});
