import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, h, type App } from "vue";
import SealList from "../src/agreement/SealList.vue";
import { useTransport } from "../src/api/client.ts";

let app: App | null = null;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  app?.unmount();
  vi.useRealTimers();
});

describe("the list of what waits for the seal", () => {
  it("follows by itself, and asks no more once it is left", async () => {
    let asked = 0;
    useTransport(() => Promise.resolve({ status: 200, json: { cases: [], total: 0, page: 1, n: (asked += 1) } }));
    app = createApp({ render: () => h(SealList) });
    app.mount(document.createElement("div"));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked).toBe(2);
    app.unmount();
    app = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(2);
  });
});
