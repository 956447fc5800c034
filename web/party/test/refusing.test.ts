import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AGREEMENT, SEAT } from "../dev/samples.ts";
import { OfflineError, RefusedError } from "../src/api.ts";
import { keepProgress, recallProgress } from "../src/kept.ts";
import type { Room } from "../src/room.ts";
import Sign from "../src/screens/Sign.vue";
import { clear, roomIn, settle, show, tap, type Shown } from "./stage.ts";

const DIGEST = "9f2c71ab".repeat(8);
const STROKES = [{ points: [{ x: 1, y: 1, pressure: 0.5, time: 1 }, { x: 9, y: 9, pressure: 0.5, time: 2 }] }] as never[];
const signing = { person: SEAT.person_id, digest: DIGEST };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  vi.stubGlobal("isSecureContext", true);
  // The pad draws nothing here; what it is for is tested with a real browser.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(new Proxy({}, { get: () => () => undefined, set: () => true }) as never);
  keepProgress(signing, { seen: [1], strokes: STROKES, sent: "", scan: null });
});
afterEach(() => {
  clear();
  localStorage.clear();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function atSigning(name: string): Promise<Shown> {
  return show(Sign, await roomIn(name));
}
async function refuse(root: HTMLElement): Promise<void> {
  await tap(root, "我不签");
  await tap(root, "确认不签");
}

describe("not signing", () => {
  it("outside the room is noted on the screen, with the number and a way back", async () => {
    const { root, room } = await atSigning("signLater");
    room.api.refuseSigning = () => Promise.resolve({ ...room.seat, sign_refused: true });
    await refuse(root);
    expect(root.textContent).toContain("已经记下：您不签");
    expect(root.textContent).toContain(SEAT.office_phone);
    expect(root.querySelector("canvas")).toBeNull();
    expect(recallProgress(signing)).toBeNull();
    await tap(root, "我又想签了");
    expect(root.querySelector("canvas")).not.toBeNull();
    expect(root.textContent).toContain("手写名字");
    expect(recallProgress(signing)).toBeNull();
  });

  it("that did not arrive is kept, and told as not heard yet", async () => {
    const { root, room } = await atSigning("signLater");
    room.api.refuseSigning = () => Promise.reject(new OfflineError());
    await refuse(root);
    expect(root.querySelector(".sheet")).toBeNull();
    expect(root.textContent).toContain("已记下您点的“我不签”，还没有送到");
    expect(root.textContent).not.toContain("已经记下：您不签");
    const tick = root.querySelector(".big-state svg")?.innerHTML;
    expect(root.querySelector("canvas")).toBeNull();
    expect(recallProgress(signing)).toBeNull();
    const told = vi.fn<Room["api"]["refuseSigning"]>(() => Promise.resolve({ ...room.seat, sign_refused: true }));
    room.api.refuseSigning = told;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toHaveBeenCalledExactlyOnceWith("", AGREEMENT.text_version);
    await settle();
    expect(root.textContent).toContain("已经记下：您不签");
    expect(root.textContent).not.toContain("还没有送到");
    expect(root.querySelector(".big-state svg")?.innerHTML).not.toBe(tick);
  });

  it("is not taken back while it is on its way", async () => {
    const { root, room } = await atSigning("signLater");
    room.api.refuseSigning = () => Promise.reject(new OfflineError());
    await refuse(root);
    room.api.refuseSigning = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(5_000);
    await settle();
    expect(root.querySelector(".btn-quiet")?.textContent).toBe("正在提交");
    expect(root.textContent).not.toContain("我又想签了");
  });

  it("is offered with the text alone that it is said to", async () => {
    const { root, room } = await atSigning("signLater");
    expect(root.textContent).toContain("我不签");
    room.agreement.value = null;
    await settle();
    expect(root.textContent).not.toContain("我不签");
  });

  it("that was said to no known text is not sent, and asked for again", async () => {
    const { room } = await atSigning("signLater");
    const told = vi.fn<Room["api"]["refuseSigning"]>(() => Promise.resolve(room.seat));
    Object.assign(room.api, { refuseSigning: told, seat: () => Promise.resolve(room.seat) });
    await room.answering.no({ scope: "sign", text_version: "" });
    expect(told).not.toHaveBeenCalled();
    expect(room.answering.noes.late.value.map((each) => each.scope)).toEqual(["sign"]);
  });

  it("that did not arrive is not said any more once he thinks again", async () => {
    const { root, room } = await atSigning("signLater");
    room.api.refuseSigning = () => Promise.reject(new OfflineError());
    await refuse(root);
    await tap(root, "我又想签了");
    expect(root.querySelector("canvas")).not.toBeNull();
    expect(root.textContent).not.toContain("还没有送到");
    expect(room.answering.noes.unheard.value).toEqual([]);
  });

  it("one text says nothing of another that came meanwhile: that is asked anew", async () => {
    const { root, room } = await atSigning("signLater");
    room.api.seat = () => Promise.resolve(room.seat);
    room.api.refuseSigning = () => Promise.reject(new RefusedError({ code: "stale_revision", facts: { revision: 2 } }, 409));
    await refuse(root);
    expect(root.textContent).toContain("您点过“我不签”，没有送出");
    expect(root.textContent).toContain("请再点一次");
    expect(root.textContent).not.toContain("已经记下：您不签");
    expect(root.querySelector("canvas")).not.toBeNull();
    expect(room.answering.noes.unheard.value).toEqual([]);
    await tap(root, "关上");
    expect(root.textContent).not.toContain("没有送出");
    expect(localStorage.getItem("noes")).toBeNull();
  });

  it("in the room brings the pictures back", async () => {
    const { root, room } = await atSigning("sign");
    room.api.refuseSigning = () => Promise.resolve({ ...room.seat, sign_refused: true });
    await refuse(root);
    await settle();
    expect(room.screen.value).toBe("joint");
    expect(room.words.note.value.text).toBe("已经记下：您不签");
  });

  it.each(["signLater", "sign"])("is still noted after a reload, and may be thought over (%s)", async (name) => {
    localStorage.clear(); // as refusing left it
    const room = await roomIn(name);
    room.put({ is: "seat", seat: { ...room.seat, sign_refused: true } });
    const { root } = show(Sign, room);
    expect(root.textContent).toContain("已经记下：您不签");
    expect(root.querySelector("canvas")).toBeNull();
    await tap(root, "我又想签了");
    expect(root.querySelector("canvas")).not.toBeNull();
  });

  it("yet, for pages that the server does not know as shown, fetches them all again", async () => {
    vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:image/png;base64,AAAA");
    const pages = [1, 2, 3];
    keepProgress(signing, { seen: pages, strokes: STROKES, sent: "199****0001", scan: null });
    const room = await roomIn("signLater");
    room.put({ is: "seat", seat: { ...room.seat, code_channel: false } });
    room.agreement.value = { ...AGREEMENT, pages: pages.length };
    room.api.statement = () => Promise.reject(new RefusedError({ code: "missing_steps", facts: { missing: ["pages"] } }));
    const { root } = show(Sign, room);
    const address = () => root.querySelector("img[alt^='第 1 页']")?.getAttribute("src") ?? "";
    const first = address();
    await tap(root, "签名，同意这份协议");
    await vi.waitFor(() => { expect(address()).toBe(`${first}&turn=1`); });
    expect(root.textContent).toContain("有的页没有打开完整。请再看一遍。");
    expect(recallProgress(signing)?.seen).toEqual([]);
  });

  it("is not said again once he signs after all and the page is lost meanwhile", async () => {
    const room = await roomIn("sign");
    room.put({ is: "seat", seat: { ...room.seat, sign_refused: true } });
    const { root } = show(Sign, room);
    await settle();
    expect(root.textContent).not.toContain("已经记下：您不签");
    expect(root.querySelector("canvas")).not.toBeNull();
  });

  it("in the room leaves the way to the pictures open after a reload", async () => {
    localStorage.clear();
    const room = await roomIn("sign");
    room.put({ is: "seat", seat: { ...room.seat, sign_refused: true } });
    const { root } = show(Sign, room);
    root.querySelector<HTMLButtonElement>("header button")?.click();
    await settle();
    expect(room.screen.value).toBe("joint");
  });
});
