/** Requests that a network swallows: they end, and none of them gets through later. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OfflineError, SeatApi } from "../src/api.ts";

beforeEach(() => { vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); });
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const ASKS: Readonly<Record<string, (api: SeatApi) => Promise<unknown>>> = {
  "the seat": (api) => api.seat(),
  "an answer": (api) => api.answer({ answer: "refused", text: "" }),
  "a consent": (api) => api.consent({ scope: "recording", agreed: false, text_version: "1" }),
  "to stop": (api) => api.stop("", null),
  "not to sign": (api) => api.refuseSigning("", 1),
};

it.each(Object.entries(ASKS))("gives up on %s after ten seconds", async (_what, ask) => {
  const signals: AbortSignal[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((_path, request) => new Promise((_, fail) => {
    const { signal } = request ?? {};
    if (!signal) return;
    signals.push(signal);
    signal.addEventListener("abort", () => { fail(new DOMException("aborted", "AbortError")); });
  }));
  const failed = vi.fn();
  void ask(new SeatApi(() => "zh-CN")).catch(failed);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(failed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(failed).toHaveBeenCalledExactlyOnceWith(new OfflineError());
  expect(signals.map((each) => each.aborted)).toEqual([true]);
});

it("gives up on an answer that breaks off half way", async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation((_path, request) => Promise.resolve({
    ok: true,
    json: () => new Promise((_, fail) => { request?.signal?.addEventListener("abort", () => { fail(new DOMException("aborted", "AbortError")); }); }),
  } as Response));
  const failed = vi.fn();
  void new SeatApi(() => "zh-CN").seat().catch(failed);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(failed).toHaveBeenCalledExactlyOnceWith(new OfflineError());
});

it("keeps no clock for what was answered", async () => {
  vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({}));
  await new SeatApi(() => "zh-CN").seat();
  expect(vi.getTimerCount()).toBe(0);
});
