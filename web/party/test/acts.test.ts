/** To stop and to refuse taking part, tapped while nothing gets through: kept until heard, and never said of something else. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SeatView } from "@heyi/core";
import { SEAT } from "../dev/samples.ts";
import App from "../src/App.vue";
import { OfflineError, RefusedError } from "../src/api.ts";
import { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap, write, type Shown } from "./stage.ts";

const ENDED: SeatView = { ...SEAT, session_state: "closed", ended: { outcome: "not_agreed", end_reason: "refused", remedies: [], destroyed_on: null } };
const over = () => Promise.reject(new RefusedError({ code: "wrong_state", facts: {} }, 409));
const offline = () => Promise.reject(new OfflineError());
const again = () => vi.advanceTimersByTimeAsync(5_000).then(settle);

beforeEach(() => { vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] }); });
afterEach(() => {
  clear();
  localStorage.clear();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function stopped(api: Partial<Room["api"]> = { stop: offline }): Promise<Shown> {
  const shown = show(App, await roomIn("joint"));
  Object.assign(shown.room.api, { seat: () => Promise.resolve(shown.room.seat), ...api });
  await tap(shown.root, "离开");
  await tap(shown.root, "不谈了");
  await tap(shown.root, "确认不谈了");
  return shown;
}
async function declined(): Promise<Shown> {
  const shown = show(App, await roomIn("invitation"));
  Object.assign(shown.room.api, { answer: offline, seat: () => Promise.resolve(shown.room.seat) });
  await tap(shown.root, "不参加");
  await write(shown.root, "要先问律师");
  await tap(shown.root, "确认不参加");
  return shown;
}
/** Opens the page again, as a reload does; returns what was sent, and where he is then. */
async function reopened(seat: SeatView, answers: Readonly<Record<string, SeatView>>): Promise<Shown & { sent: [string, unknown][] }> {
  clear();
  const sent: [string, unknown][] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((path, request) => {
    const [name] = String(path).split("?");
    if (request?.body) sent.push([name ?? "", JSON.parse(String(request.body))]);
    return Promise.resolve(Response.json(answers[name ?? ""] ?? seat));
  });
  const room = new Room(seat, document.createElement("div"));
  await room.words.speak("zh-CN");
  await settle();
  return { ...show(App, room), sent };
}

describe("to stop, where it does not get through", () => {
  it("takes out of the room at once, says that it waits, and is sent when the line is back", async () => {
    const { root, room } = await stopped();
    expect(room.screen.value).toBe("left");
    expect(root.textContent).toContain("已记下您点的“不谈了”，还没有送到");
    expect(root.textContent).toContain("请别关这个网页；半小时内没送到，要请您再点一次");
    expect(root.textContent).toContain(SEAT.office_phone);
    const told = vi.fn<Room["api"]["stop"]>(() => Promise.resolve(ENDED));
    room.api.stop = told;
    await again();
    expect(told).toHaveBeenCalledExactlyOnceWith("", SEAT.session_id);
    expect(root.textContent).toContain("调解已结束");
    expect(root.textContent).not.toContain("还没有送到");
    expect(localStorage.length).toBe(0);
    await again();
    expect(told).toHaveBeenCalledOnce();
  });
  it("takes out of the room at once, though the network swallows the request", async () => {
    const { room } = await stopped({ stop: () => new Promise(() => undefined) });
    expect([room.screen.value, room.state.value.line, room.owner.state.phase]).toEqual(["left", "off", "closed"]);
  });
  it("is not taken back while it is on its way", async () => {
    let arrive = (_: SeatView): void => undefined;
    const { root } = await stopped({ stop: () => new Promise((done) => { arrive = done; }) });
    expect(root.textContent).toContain("还没有送到");
    expect(root.textContent).not.toContain("收回，不送了");
    expect(root.querySelector(".btn-primary")?.textContent).toBe("正在提交");
    arrive(ENDED);
    await settle();
    expect(root.textContent).toContain("调解已结束");
  });
  it("is there after a reload, and sent once", async () => {
    await stopped();
    const { root, sent } = await reopened(SEAT, { "/api/seat/stop": ENDED });
    expect(sent).toEqual([["/api/seat/stop", { reason: "", session_id: SEAT.session_id }]]);
    expect(root.textContent).toContain("调解已结束");
    expect(localStorage.length).toBe(0);
  });
  it("is not said twice while the first is under way", async () => {
    let arrive = (_: SeatView): void => undefined;
    const told = vi.fn<Room["api"]["stop"]>(() => new Promise((done) => { arrive = done; }));
    const { room } = await stopped({ stop: told, consent: ({ scope }) => Promise.resolve({ ...SEAT, matter: scope }) });
    const other = room.answering.no({ scope: "recording", text_version: "1" });
    await again();
    arrive(SEAT);
    await other;
    expect(told).toHaveBeenCalledOnce();
    expect(room.answering.noes.unheard.value).toEqual([]);
  });
  it("has been heard though its answer was lost", async () => {
    const { root, room } = await stopped();
    Object.assign(room.api, { stop: over, seat: () => Promise.resolve(ENDED) });
    await again();
    expect(root.textContent).toContain("调解已结束");
    expect([localStorage.length, room.fault.value]).toEqual([0, null]);
  });
  it("is asked again where that sitting is over and another may follow", async () => {
    const { root, room } = await stopped();
    const told = vi.fn<Room["api"]["stop"]>(over);
    Object.assign(room.api, { stop: told, seat: () => Promise.resolve({ ...SEAT, session_state: "adjourned" as const }) });
    await again();
    expect(root.textContent).toContain("您点过“不谈了”，没有送出");
    await again();
    expect(told).toHaveBeenCalledOnce();
    await tap(root, "关上");
    expect(root.textContent).not.toContain("没有送出");
    expect(localStorage.length).toBe(0);
  });
  it("is never sent in another sitting, and he is told so over a reload", async () => {
    await stopped();
    const { root, sent } = await reopened({ ...SEAT, session_id: "s2" }, {});
    expect(sent).toEqual([]);
    expect(root.textContent).toContain("您点过“不谈了”，没有送出");
  });
  it("is asked again after half an hour: it cannot be undone", async () => {
    await stopped();
    vi.setSystemTime(Date.now() + 31 * 60_000);
    const { root, sent } = await reopened(SEAT, { "/api/seat/stop": ENDED });
    expect(sent).toEqual([]);
    expect(root.textContent).toContain("您点过“不谈了”，没有送出");
  });
  it.each(["回来", "收回，不送了"])("is taken back by who goes on: %s", async (word) => {
    const { root, room } = await stopped();
    const told = vi.fn<Room["api"]["stop"]>(() => Promise.resolve(ENDED));
    room.api.stop = told;
    await tap(root, word);
    await again();
    expect(told).not.toHaveBeenCalled();
    expect(localStorage.length).toBe(0);
  });
  it("is not sent by a tab that was open before another took it back", async () => {
    const { room } = await stopped();
    const other = new Room(SEAT, document.createElement("div"));
    other.answering.noes.drop("stop");
    const told = vi.fn<Room["api"]["stop"]>(() => Promise.resolve(ENDED));
    room.api.stop = told;
    await again();
    expect(told).not.toHaveBeenCalled();
    expect([room.answering.noes.unheard.value, localStorage.length]).toEqual([[], 0]);
    other.close();
  });
  it("is shown no longer once another tab has taken it back", async () => {
    const { root } = await stopped();
    localStorage.clear();
    window.dispatchEvent(new StorageEvent("storage"));
    await settle();
    expect(root.textContent).not.toContain("还没有送到");
  });
  it("is sent where the browser keeps nothing", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => { throw new DOMException("full", "QuotaExceededError"); });
    const { room } = await stopped();
    const told = vi.fn<Room["api"]["stop"]>(() => Promise.resolve(ENDED));
    room.api.stop = told;
    await again();
    expect(told).toHaveBeenCalledOnce();
    await again();
    expect(told).toHaveBeenCalledOnce();
  });
  it.each([["must wait", () => Promise.reject(new RefusedError({ code: "too_fast", facts: {} }, 429))], ["hangs", () => new Promise<SeatView>(() => undefined)]])(
    "waits for no consent that %s", async (_why, consent) => {
      const room = await roomIn("joint");
      const told = vi.fn<Room["api"]["stop"]>(() => Promise.resolve(ENDED));
      Object.assign(room.api, { consent, stop: told });
      void room.answering.no({ scope: "recording", text_version: "1" });
      await settle();
      void room.stop("");
      await settle();
      expect(told).toHaveBeenCalledOnce();
      expect(room.answering.noes.unheard.value.map((each) => each.scope)).toEqual(["recording"]);
      room.close();
    },
  );
  it("that failed holds up no consent", async () => {
    const { room } = await stopped();
    const told = vi.fn<Room["api"]["consent"]>(() => Promise.resolve(SEAT));
    room.api.consent = told;
    await room.answering.no({ scope: "recording", text_version: "1" });
    expect(told).toHaveBeenCalledOnce();
    expect(room.answering.noes.has("stop")).toBe(true);
  });
  it("is another person's on the same phone, and not said for this one", async () => {
    await stopped();
    const { root, sent } = await reopened({ ...SEAT, person_id: "p2" }, { "/api/seat/stop": ENDED });
    expect(sent).toEqual([]);
    expect(root.textContent).not.toContain("不谈了");
  });
});

describe("to refuse taking part, where it does not get through", () => {
  it("says that it waits on the same screen, and is sent with its reason", async () => {
    const { root, room } = await declined();
    expect(room.screen.value).toBe("invitation");
    expect(root.textContent).toContain("已记下您点的“不参加”，还没有送到");
    expect(root.textContent).toContain("关了页面，要在一天内再打开才送");
    const told = vi.fn<Room["api"]["answer"]>(() => Promise.resolve({ ...ENDED, answer: "refused" }));
    room.api.answer = told;
    await again();
    expect(told).toHaveBeenCalledExactlyOnceWith({ answer: "refused", text: "要先问律师" });
    expect(room.screen.value).toBe("declined");
    expect(root.textContent).not.toContain("还没有送到");
    expect(localStorage.length).toBe(0);
  });
  it("is there after a reload, and sent", async () => {
    const { room } = await declined();
    const { seat } = room;
    const { sent, room: now } = await reopened(seat, { "/api/seat/answer": { ...ENDED, answer: "refused" } });
    expect(sent).toEqual([["/api/seat/answer", { answer: "refused", text: "要先问律师" }]]);
    expect(now.screen.value).toBe("declined");
  });
  it("is asked again where another answer came meanwhile", async () => {
    const { room } = await declined();
    const { seat } = room;
    const { root, sent } = await reopened({ ...seat, answer: "accepted" }, {});
    expect(sent).toEqual([]);
    expect(root.textContent).toContain("您点过“不参加”，没有送出");
  });
  it("cannot cross a yes on its way", async () => {
    const { root, room } = await declined();
    const told = vi.fn<Room["api"]["answer"]>(() => new Promise(() => undefined));
    room.api.answer = told;
    await again();
    expect(root.querySelector(".btn-primary")?.textContent).toBe("正在提交");
    root.querySelector<HTMLElement>(".btn-primary")?.click();
    await settle();
    expect(told).toHaveBeenCalledExactlyOnceWith({ answer: "refused", text: "要先问律师" });
  });
  it("is not sent where another tab takes it back while this one still asks what stands", async () => {
    const { root, room } = await declined();
    const told = vi.fn<Room["api"]["answer"]>(() => Promise.resolve(room.seat));
    let arrive = (_: SeatView): void => undefined;
    Object.assign(room.api, { answer: told, seat: () => new Promise((done) => { arrive = done; }) });
    await again();
    localStorage.clear();
    room.api.seat = () => Promise.resolve(room.seat);
    arrive(room.seat);
    await settle();
    expect(told).not.toHaveBeenCalled();
    expect(room.screen.value).toBe("invitation");
    expect(root.textContent).not.toContain("您点过“不参加”");
  });
  it("is taken back by who takes part after all", async () => {
    const { root, room } = await declined();
    const told = vi.fn<Room["api"]["answer"]>(() => Promise.resolve({ ...room.seat, answer: "accepted" }));
    room.api.answer = told;
    await tap(root, "我参加");
    await again();
    expect(told).toHaveBeenCalledExactlyOnceWith({ answer: "accepted", text: "" });
    expect(localStorage.length).toBe(0);
  });
});

describe("what is kept on the phone", () => {
  it.each(["stale_revision", "disk_full"])("is what was said last, though the server then answers to the first: %s", async (code) => {
    const room = await roomIn("sign");
    const told = vi.fn<Room["api"]["refuseSigning"]>(() => Promise.resolve(room.seat));
    let fail = (_: Error): void => undefined;
    told.mockImplementationOnce(() => new Promise((_, no) => { fail = no; }));
    Object.assign(room.api, { refuseSigning: told, seat: () => Promise.resolve(room.seat) });
    void room.answering.no({ scope: "sign", text_version: "1", reason: "第一次" });
    await settle();
    vi.setSystemTime(Date.now() + 1_000);
    void room.answering.no({ scope: "sign", text_version: "2", reason: "第二次" });
    fail(new RefusedError({ code, facts: {} }, 409));
    await settle();
    expect(told.mock.calls).toEqual([["第一次", 1], ["第二次", 2]]);
    expect(room.answering.noes.late.value).toEqual([]);
    expect(localStorage.length).toBe(0);
    room.close();
  });
  it("is erased after a day, with its reason, whosesoever it is", async () => {
    await declined();
    vi.setSystemTime(Date.now() + 23 * 3_600_000);
    await reopened({ ...SEAT, person_id: "p2" }, {});
    expect(JSON.stringify(localStorage)).toContain("要先问律师");
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await reopened({ ...SEAT, person_id: "p2" }, {});
    expect(localStorage.length).toBe(0);
  });
});
