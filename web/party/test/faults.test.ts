import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SEAT } from "../dev/samples.ts";
import App from "../src/App.vue";
import "../src/late.ts"; // read beforehand, so that it is there as soon as it is asked for
import { OfflineError, RefusedError } from "../src/api.ts";
import { clear, roomIn, settle, show, tap, type Shown } from "./stage.ts";

beforeEach(() => { vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] }); });
afterEach(() => {
  clear();
  vi.useRealTimers();
});

const offline = () => Promise.reject(new OfflineError());
const refused = (code: string) => () => Promise.reject(new RefusedError({ code, facts: {} }));

async function at(name: string, lang = "zh-CN"): Promise<Shown> {
  const room = await roomIn(name, lang);
  return show(App, room);
}
const sheet = (root: HTMLElement): string => root.querySelector(".sheet")?.textContent ?? "";

describe("an act that failed", () => {
  it("says that nothing was sent, what to do, and the number", async () => {
    const { root, room } = await at("consents");
    room.api.consent = offline;
    await tap(root, "同意");
    expect(sheet(root)).toContain("没有送到");
    expect(sheet(root)).toContain("您填的都没有丢，请再点一次");
    expect(sheet(root)).not.toContain("正在接回来");
    expect(root.querySelector(".sheet a[href^='tel:']")).not.toBeNull();
    expect(sheet(root)).toContain(SEAT.office_phone);
  });
  it("says what to do after a refusal too, with the code for the office", async () => {
    const { root, room } = await at("consents", "en");
    room.api.consent = refused("http_500");
    await tap(root, "I agree");
    expect(sheet(root)).toContain("Please try again. If it still fails, ring the committee.");
    expect(sheet(root)).toContain("http_500");
    expect(sheet(root)).toContain(SEAT.office_phone);
  });
  it("is not taken away unread by what the page fetches of itself", async () => {
    const { root, room } = await at("receipt");
    room.fault.value = { code: "offline", signedOut: false };
    room.api.seat = () => Promise.resolve(room.seat);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sheet(root)).toContain("没有送到");
    await tap(root, "关上");
    expect(sheet(root)).toBe("");
  });
});

describe("what the page fetches of itself", () => {
  it("fails without a word, and is asked for again", async () => {
    const { root, room } = await at("receipt");
    const asked = vi.fn<typeof room.api.seat>(offline);
    room.api.seat = asked;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sheet(root)).toBe("");
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockImplementation(() => Promise.resolve({ ...room.seat, matter: "newer" }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(room.seat.matter).toBe("newer");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(asked).toHaveBeenCalledTimes(2);
  });
  it("is not asked for again where the answer is no", async () => {
    const { root, room } = await at("joint");
    const asked = vi.fn<typeof room.api.agreement>(refused("not_found"));
    room.api.agreement = asked;
    await room.readAgain();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([asked.mock.calls.length, sheet(root)]).toEqual([1, ""]);
  });
  it("says so where the server does not know this browser any more", async () => {
    const { root, room } = await at("receipt");
    room.api.seat = refused("signed_out");
    await room.lookAgain();
    await settle();
    expect(sheet(root)).toContain("请再输一次手机号后四位");
  });
});

describe("words that changed while they were answered", () => {
  it.each(["conflict", "stale_revision"])("are shown anew instead of a fault (%s)", async (code) => {
    const { root, room } = await at("consents");
    room.api.consent = refused(code);
    room.api.seat = () => Promise.resolve(room.seat);
    await tap(root, "同意");
    expect(sheet(root)).toBe("");
    expect(root.textContent).toContain("这一项刚有改动，请再看一遍。");
  });
});
