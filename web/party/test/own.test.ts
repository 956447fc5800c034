import { afterEach, describe, expect, it, vi } from "vitest";
import { SEAT, STATES } from "../dev/samples.ts";
import { OfflineError, RefusedError } from "../src/api.ts";
import App from "../src/App.vue";
import "../src/late.ts"; // read beforehand, so that it is there as soon as it is asked for
import OwnConsents from "../src/parts/OwnConsents.vue";
import type { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap, type Shown } from "./stage.ts";

vi.mock("../src/linecheck.ts", () => ({ measureLine: () => Promise.resolve({ websocket: true, rttMs: 40 }) }));
afterEach(() => {
  clear();
  localStorage.clear();
});

type Ask = Parameters<Room["api"]["consent"]>[0];
const AT = new Date(Date.UTC(new Date().getFullYear(), 2, 12, 1, 40)).toISOString();

/** Opens the list of one who agreed to all but recording; what is sent is kept, and comes back as the server's answer. */
async function opened(change: Partial<typeof SEAT> = {}): Promise<Shown & { sent: Ask[] }> {
  const consents = SEAT.consents.map((each) => ({ ...each, answer: each.scope !== "recording", given: each.scope !== "recording", given_at: AT, answers: 1 }));
  const made = STATES["effective"]?.();
  if (made === undefined) throw new Error("effective");
  const room = await roomIn("effective", "zh-CN", { seat: { ...made.seat, consents, session_state: "adjourned", ...change } });
  const sent: Ask[] = [];
  room.api.consent = (ask) => {
    sent.push(ask);
    const { seat } = room;
    return Promise.resolve({ ...seat, consents: seat.consents.map((each) => (each.scope === ask.scope ? { ...each, answer: ask.agreed, given: ask.agreed } : each)) });
  };
  return { ...show(OwnConsents, room), sent };
}
const row = (root: HTMLElement, title: string): HTMLElement => {
  const found = [...root.querySelectorAll<HTMLElement>("li")].find((each) => each.textContent.includes(title));
  if (!found) throw new Error(title);
  return found;
};
const see = async (root: HTMLElement, title: string): Promise<void> => {
  row(root, title).querySelector("button")?.click();
  await settle();
};

describe("what I consented to", () => {
  it("stands in a list with the day, and says what taking it back does before it is done", async () => {
    const { root, sent } = await opened();
    expect(row(root, "用手机签协议").textContent).toContain("同意，3 月 12 日");
    await see(root, "用手机签协议");
    expect(root.textContent).toContain("已经签了的，仍然有效");
    expect(sent).toEqual([]);
    await tap(root, "不改");
    expect(sent).toEqual([]);
  });
  it("is taken back with one answer, and then can be given again", async () => {
    const { root, sent } = await opened();
    await see(root, "用手机签协议");
    await tap(root, "收回同意");
    expect(sent).toEqual([{ scope: "e_sign", agreed: false, text_version: "1" }]);
    expect(root.querySelector("[role='status']")?.textContent).toContain("已告诉调解员");
    expect(row(root, "用手机签协议").textContent).toContain("不同意");
    await see(root, "用手机签协议");
    await tap(root, "改为同意");
    expect(sent.at(-1)).toEqual({ scope: "e_sign", agreed: true, text_version: "1", answers: 1 });
  });
  it("counts as taken back whatever the words were", async () => {
    const { root, room } = await opened();
    const well = room.api.consent;
    let tries = 0;
    room.api.seat = () => Promise.resolve(room.seat);
    room.api.consent = (ask) => (tries++ === 0 ? Promise.reject(new RefusedError({ code: "conflict", facts: {} })) : well(ask));
    await see(root, "用手机签协议");
    await tap(root, "收回同意");
    await settle();
    expect([tries, room.fault.value]).toEqual([2, null]);
    expect(row(root, "用手机签协议").textContent).toContain("不同意");
  });
  it("is told as not heard yet, and sent again, where the line is away", async () => {
    const { root, room } = await opened();
    const well = room.api.consent;
    room.api.consent = () => Promise.reject(new OfflineError());
    await see(root, "用手机签协议");
    await tap(root, "收回同意");
    expect(root.textContent).toContain("还没有送到");
    expect(root.textContent).not.toContain("已告诉调解员");
    expect(row(root, "用手机签协议").textContent).toMatch(/用手机签协议不同意看一看/);
    expect(room.answering.noes.has("e_sign")).toBe(true);
    room.api.consent = well;
    await room.answering.no({ scope: "e_sign", text_version: "1" });
    expect(room.answering.noes.has("e_sign")).toBe(false);
  });
  it("asks nothing of recording between two sittings", async () => {
    const { root } = await opened();
    expect(root.textContent).toContain("视频调解");
    expect(root.textContent).not.toContain("录音录像");
  });
  it("leads to the telephone where the online form is taken back", async () => {
    const { root, room } = await opened();
    await see(root, "视频调解");
    await tap(root, "收回同意");
    expect(room.state.value.step).toBe("consents");
  });
  it("asks nothing of video and recording once the sittings are over", async () => {
    const { root } = await opened({ session_state: "closed" });
    expect(root.textContent).not.toContain("视频调解");
    expect(root.textContent).not.toContain("录音录像");
  });
});

describe("read aloud", () => {
  const voice = (): { said: string[]; speaking: boolean } => {
    const here = { said: [] as string[], speaking: false };
    vi.stubGlobal("SpeechSynthesisUtterance", class extends EventTarget { constructor(readonly text: string) { super(); } });
    vi.stubGlobal("speechSynthesis", {
      get speaking() { return here.speaking; },
      speak: ({ text }: { text: string }) => { here.speaking = true; here.said.push(text); },
      cancel: () => { here.speaking = false; },
    });
    return here;
  };
  afterEach(() => { vi.unstubAllGlobals(); });

  it("says each consent with its answer, and nothing of what lies behind the sheet", async () => {
    const here = voice();
    const { root } = await opened();
    const behind = document.createElement("p");
    behind.dataset["read"] = "";
    behind.textContent = "后面的话";
    document.body.append(behind);
    await tap(root, "朗读");
    behind.remove();
    expect(here.said[0]).toContain("您答过的都在这里");
    expect(here.said[0]).toMatch(/用手机签协议\s*同意，3 月 12 日/);
    expect(here.said[0]).not.toContain("看一看");
    expect(here.said[0]).not.toContain("后面的话");
  });
  it("says what one consent is and what taking it back does, and stops with a tap or when it is closed", async () => {
    const here = voice();
    const { root } = await opened();
    await tap(root, "朗读");
    await see(root, "用手机签协议");
    expect(here.speaking).toBe(false);
    await tap(root, "朗读");
    expect(here.said[1]).toContain("手写名字");
    expect(here.said[1]).toContain("已经签了的，仍然有效");
    await tap(root, "停止");
    expect(here.speaking).toBe(false);
    await tap(root, "朗读");
    clear();
    expect(here.speaking).toBe(false);
  });
  it("is not offered where the phone cannot speak", async () => {
    const { root } = await opened();
    expect(root.textContent).not.toContain("朗读");
  });
});

describe("the way to it", () => {
  it.each(["lobby", "effective", "closed", "adjourned"])("stands on the screen, quietly: %s", async (name) => {
    const { root } = show(App, await roomIn(name));
    await settle();
    await tap(root, "我的同意事项");
    await vi.waitFor(() => { expect(root.querySelector("[role='dialog']")?.textContent).toContain("随时可以改"); });
  });
  it("is in reach while talking, behind leaving", async () => {
    const { root } = show(App, await roomIn("joint"));
    await tap(root, "离开");
    await tap(root, "我的同意事项");
    await vi.waitFor(() => { expect(root.querySelector("[role='dialog']")?.textContent).toContain("随时可以改"); });
  });
});
