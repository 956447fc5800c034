import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SEAT, STATES } from "../dev/samples.ts";
import App from "../src/App.vue";
import "../src/late.ts"; // read beforehand, so that it is there as soon as it is asked for
import type { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

const WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50";
const CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1";
const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36";
const opened: { href: string; saves: boolean }[] = [];

beforeEach(() => {
  opened.length = 0;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    opened.push({ href: this.getAttribute("href") ?? "", saves: this.hasAttribute("download") });
  });
});
afterEach(() => {
  clear();
  vi.restoreAllMocks();
});

interface Asked { room: Room; root: HTMLElement; codes: ReturnType<typeof vi.fn<Room["api"]["code"]>>; copies: ReturnType<typeof vi.fn<Room["api"]["copy"]>> }

async function ask(agent: string, coded: boolean, lang = "zh-CN"): Promise<Asked> {
  vi.spyOn(navigator, "userAgent", "get").mockReturnValue(agent);
  const room = await roomIn("effective", lang);
  room.state.value = { ...room.state.value, seat: { ...room.seat, code_channel: coded } };
  const codes = vi.fn<Room["api"]["code"]>().mockResolvedValue({ sent: true, mobile_masked: SEAT.mobile_masked, retry_after_s: 60 });
  const copies = vi.fn<Room["api"]["copy"]>().mockResolvedValue({ path: "/api/seat/copy/t1", expires_at: "2025-03-14T04:00:00Z" });
  Object.assign(room.api, { code: codes, copy: copies });
  const { root } = show(App, room);
  await settle();
  await tap(root, lang === "en" ? "Download" : "下载协议");
  await settle();
  return { room, root, codes, copies };
}
async function type(root: HTMLElement, code: string): Promise<void> {
  for (const [at, box] of [...root.querySelectorAll<HTMLInputElement>(".digit")].entries()) {
    box.value = code[at] ?? "";
    box.dispatchEvent(new Event("input"));
  }
  await settle();
}

describe("the copy, in a browser", () => {
  it("is saved after the code, and the page stays", async () => {
    const { root, codes } = await ask(CHROME, true);
    expect(codes).toHaveBeenCalledTimes(1);
    await type(root, "123456");
    expect(opened).toEqual([{ href: "/api/seat/copy/t1", saves: true }]);
    expect(root.querySelector("h1")?.textContent).toBe("协议已生效");
  });
  it.each([
    ["an Android phone", CHROME, "zh-CN", "在手机的“文件管理”里"],
    ["an iPhone", IPHONE, "zh-CN", "在“文件”里的“下载”"],
    ["a computer", DESKTOP, "en", "the computer's folder “Downloads”"],
  ])("is told by name, with where it lies and whom to call: %s", async (_where, agent, lang, words) => {
    const { root } = await ask(agent, false, lang);
    await settle();
    const told = root.querySelector(".sheet")?.textContent ?? "";
    expect(told).toContain("湖禾人调字〔2025〕第017号.pdf");
    expect(told).toContain(words);
    expect(told).toContain(SEAT.office_phone);
  });
});

describe("the sheet that says where the copy lies", () => {
  it("is a dialog of its own: it has the focus when the boxes are gone, and Escape closes it", async () => {
    const { root } = await ask(CHROME, true);
    root.querySelector<HTMLInputElement>(".digit")?.focus();
    await type(root, "123456");
    await settle();
    const sheet = root.querySelector<HTMLElement>(".sheet");
    expect(sheet?.querySelector("h2")?.textContent).toBe("协议给您了");
    expect(document.activeElement).toBe(sheet);
    sheet?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await settle();
    expect(root.querySelector(".sheet")).toBeNull();
  });
});

describe("the sheet for the code", () => {
  it("stays, with what was typed, while the line is cut and comes back", async () => {
    const { room, root, codes } = await ask(CHROME, true);
    const box = root.querySelector<HTMLInputElement>(".digit");
    if (box === null) throw new Error("no box");
    box.value = "1";
    box.dispatchEvent(new Event("input"));
    const before = room.state.value;
    for (const state of [STATES["frozen"]?.() ?? before, before]) {
      room.state.value = { ...state, seat: before.seat };
      await settle();
      expect(root.querySelector<HTMLInputElement>(".sheet .digit")?.value).toBe("1");
    }
    expect(codes).toHaveBeenCalledTimes(1);
  });
  it("makes room for what comes next once the copy was given", async () => {
    const { room, root } = await ask(CHROME, true);
    await type(root, "123456");
    expect(root.querySelector(".sheet")?.textContent).toContain("协议给您了");
    room.state.value = { ...(STATES["minutes"]?.() ?? room.state.value), seat: room.seat };
    await settle();
    expect(root.querySelector(".sheet")).toBeNull();
  });
  it("goes with the seat", async () => {
    const { room, root } = await ask(CHROME, true);
    room.state.value = STATES["replaced"]?.() ?? room.state.value;
    await settle();
    expect(root.querySelector(".sheet")).toBeNull();
  });
});

describe("the copy, inside another app", () => {
  it.each([["zh-CN", "在浏览器打开"], ["en", "Open in browser"]])("leads to the browser before a code is spent (%s)", async (lang, words) => {
    const { root, codes, copies } = await ask(WECHAT, true, lang);
    expect(root.querySelector(".sheet p")?.textContent).toContain(words);
    expect(root.querySelector(".sheet svg[role='img']")?.getAttribute("aria-label")).toContain(words);
    expect([codes.mock.calls.length, copies.mock.calls.length]).toEqual([0, 0]);
  });
  it("is opened there by who wants to try, with what to do where nothing came", async () => {
    const { root, codes } = await ask(WECHAT, true);
    await tap(root, "就在这里下载试试");
    expect(codes).toHaveBeenCalledTimes(1);
    await type(root, "123456");
    expect(opened).toEqual([{ href: "/api/seat/copy/t1", saves: false }]);
    expect(root.querySelector(".sheet")?.textContent).toContain("请打电话给调委会");
  });
  it("is opened at once for whom no other browser gets it", async () => {
    const { root, copies } = await ask(WECHAT, false);
    await settle();
    expect(copies).toHaveBeenCalledWith(null);
    expect(opened).toEqual([{ href: "/api/seat/copy/t1", saves: false }]);
    expect(root.querySelector(".sheet")?.textContent).not.toContain("在浏览器打开");
  });
});
