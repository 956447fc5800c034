import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SeatView } from "@heyi/core";
import { SEAT, STATES } from "../dev/samples.ts";
import App from "../src/App.vue";
import { OfflineError, RefusedError } from "../src/api.ts";
import { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

type Consent = Room["api"]["consent"];
const offline = () => Promise.reject(new OfflineError());
const full = () => Promise.reject(new RefusedError({ code: "disk_full", facts: {} }, 507));
const asRecorded = (seat: SeatView, scope: string, answer: boolean): SeatView => ({
  ...seat,
  consents: seat.consents.map((each) => (each.scope === scope ? { ...each, answer, given: answer } : each)),
});
const answers = (seat: SeatView = SEAT) => vi.fn<Consent>(({ scope, agreed }) => Promise.resolve(asRecorded(seat, scope, agreed)));

beforeEach(() => { vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] }); });
afterEach(() => {
  clear();
  localStorage.clear();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Opens the page again, as a reload does: what the server had is all it shows. */
async function reopened(state = "consents", seat = SEAT, consent: Consent = answers()): Promise<{ room: Room; told: Consent }> {
  clear();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_path, request) => {
    const ask = JSON.parse(String(request?.body)) as Parameters<Consent>[0];
    return Response.json(await consent(ask));
  });
  const made = STATES[state]?.();
  if (made === undefined) throw new Error(state);
  const room = new Room(seat, document.createElement("div"));
  room.state.value = { ...made, seat };
  await room.words.speak("zh-CN");
  await settle();
  return { room, told: consent };
}

describe.each([["the line is away", offline], ["the server's disk is full", full]])("a no that was tapped while %s", (_why, fails) => {
  it("is said to wait, and goes on to the next question", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = fails;
    await tap(root, "不同意");
    expect(root.textContent).toContain("您点了“不同意”（用手机签协议），还没有送到");
    expect(root.textContent).toContain("现在还按原来的算");
    expect(root.textContent).toContain(SEAT.office_phone);
    expect(root.textContent).toContain("第 2 项 用手机签协议：不同意");
    expect(root.querySelector(".sheet")).toBeNull();
  });
  it("is sent when that is over", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = fails;
    await tap(root, "不同意");
    const told = answers();
    room.api.consent = told;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toHaveBeenCalledExactlyOnceWith({ scope: "e_sign", agreed: false, text_version: "1" });
    await settle();
    expect(root.textContent).not.toContain("还没有送到");
    expect(room.seat.consents[1]?.answer).toBe(false);
    expect(localStorage.length).toBe(0);
  });
  it("is there after a reload, and sent at once", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = fails;
    await tap(root, "不同意");
    const { room: again, told } = await reopened();
    expect(told).toHaveBeenCalledExactlyOnceWith({ scope: "e_sign", agreed: false, text_version: "1" });
    expect(again.seat.consents[1]?.answer).toBe(false);
    expect(localStorage.length).toBe(0);
    again.close();
  });
  it("is taken back by a yes that gets through", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = fails;
    await tap(root, "不同意");
    await tap(root, "改");
    room.api.consent = answers();
    await tap(root, "同意");
    expect(room.seat.consents[1]?.answer).toBe(true);
    expect(localStorage.length).toBe(0);
  });
});

describe("a withdrawal in the room", () => {
  it("that does not get through says so, and is sent once the line is there", async () => {
    const { root, room } = show(App, await roomIn("recorded", "en"));
    room.api.consent = offline;
    await tap(root, "Stop it");
    await tap(root, "Withdraw, stop now");
    expect(root.textContent).toContain("has not got through yet");
    expect([...root.querySelectorAll("button")].map((each) => each.textContent.trim())).not.toContain("Stop it");
    const told = answers();
    room.api.consent = told;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toHaveBeenCalledExactlyOnceWith({ scope: "recording", agreed: false, text_version: "1" });
  });
  it("counts whatever the words have become, a first answer to other words does not", async () => {
    const { room } = await reopened("joint", asRecorded(SEAT, "recording", true));
    const newer = { ...room.seat, consents: room.seat.consents.map((each) => ({ ...each, text_version: "2" })) };
    room.api.seat = () => Promise.resolve(newer);
    const told = vi.fn<Consent>(({ text_version, scope }) =>
      text_version === "2" ? Promise.resolve(asRecorded(newer, scope, false)) : Promise.reject(new RefusedError({ code: "conflict", facts: {} }, 409)));
    room.api.consent = told;
    await room.answering.no({ scope: "recording", text_version: "1" });
    expect(told.mock.lastCall?.[0]).toEqual({ scope: "recording", agreed: false, text_version: "2" });
    expect(room.answering.noes.unheard.value).toEqual([]);
    await room.answering.no({ scope: "e_sign", text_version: "1" });
    expect(told.mock.lastCall?.[0]).toEqual({ scope: "e_sign", agreed: false, text_version: "1" });
    expect(room.answering.changed.value).toBe("e_sign");
    expect(room.answering.noes.unheard.value).toEqual([]);
    room.close();
  });
});

describe("a no that is kept", () => {
  it("is never said for somebody else, nor in another sitting", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = offline;
    await tap(root, "不同意");
    const { room: hers, told } = await reopened("consents", { ...SEAT, person_id: "p2" });
    hers.close();
    const { room: next, told: toldNext } = await reopened("consents", { ...SEAT, session_id: "s2" });
    next.close();
    expect([told, toldNext].map((each) => vi.mocked(each).mock.calls)).toEqual([[], []]);
  });
  it("is of the sitting that it was said in, however long the page is open", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.put({ is: "seat", seat: { ...SEAT, session_id: "s2" } });
    room.api.consent = offline;
    await tap(root, "不同意");
    const { room: again, told } = await reopened("consents", { ...SEAT, session_id: "s2" });
    expect(told).toHaveBeenCalledOnce();
    again.close();
    room.put({ is: "seat", seat: { ...SEAT, session_id: "s3" } });
    expect(room.answering.noes.unheard.value).toEqual([]);
  });
  it("does not undo a yes that was said while it waited for another", async () => {
    const { room } = await reopened();
    room.api.consent = offline;
    await room.answering.no({ scope: "e_sign", text_version: "1" });
    await room.answering.no({ scope: "recording", text_version: "1" });
    let arrive = (): void => undefined;
    const away = new Promise<void>((done) => { arrive = done; });
    const told = vi.fn<Consent>(async ({ scope, agreed }) => {
      if (!agreed) await away;
      return asRecorded(room.seat, scope, agreed);
    });
    room.api.consent = told;
    await vi.advanceTimersByTimeAsync(5_000);
    await room.answering.yes({ scope: "recording", text_version: "1", answers: 0 });
    arrive();
    await settle();
    expect(told.mock.calls.map(([ask]) => [ask.scope, ask.agreed])).toEqual([["e_sign", false], ["recording", true]]);
    room.close();
  });
  it("is dropped where the server refuses it for good, and that is shown", async () => {
    const { root, room } = show(App, await roomIn("consents"));
    room.api.consent = () => Promise.reject(new RefusedError({ code: "wrong_state", facts: {} }, 409));
    await tap(root, "不同意");
    expect(root.querySelector(".sheet")?.textContent).toContain("wrong_state");
    expect(localStorage.length).toBe(0);
  });
});
