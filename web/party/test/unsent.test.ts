import { afterEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "@heyi/core";
import App from "../src/App.vue";
import type { Room } from "../src/room.ts";
import { clear, roomIn, settle, show, tap, write, type Shown } from "./stage.ts";

afterEach(clear);

const SILENCE: Reply = { ok: false, code: null, facts: {} };
const DONE: Reply = { ok: true, code: null, facts: {} };
const UNSENT = "没有送到，请再点一次。";

/** Shows a state on a line that gives these answers, one after the other. */
async function on(name: string, ...replies: Reply[]): Promise<Shown & { ask: ReturnType<typeof vi.fn<Room["ask"]>> }> {
  const room = await roomIn(name);
  const ask = vi.fn<Room["ask"]>();
  for (const reply of replies) ask.mockResolvedValueOnce(reply);
  room.ask = ask;
  return { ...show(App, room), ask };
}
const sheet = (root: HTMLElement) => root.querySelector(".sheet");

describe("an objection to the minutes", () => {
  it("keeps its sheet and its words until it has arrived", async () => {
    const { root, ask } = await on("minutes", SILENCE, DONE);
    await tap(root, "有地方不对");
    await write(root, "住院 25 天");
    await tap(root, "告诉调解员");
    expect(sheet(root)?.textContent).toContain(UNSENT);
    expect(root.querySelector("textarea")?.value).toBe("住院 25 天");
    await tap(root, "告诉调解员");
    expect(ask).toHaveBeenLastCalledWith("minutes.confirm", { version: 1, agreed: false, remark: "住院 25 天" });
    expect(sheet(root)).toBeNull();
    expect(root.textContent).not.toContain(UNSENT);
    await tap(root, "有地方不对");
    expect(root.querySelector("textarea")?.value).toBe("");
  });

  it("is not lost when the mediator adds a sentence meanwhile", async () => {
    const { root, room } = await on("minutes");
    await tap(root, "有地方不对");
    await write(root, "住院 25 天");
    const before = room.state.value;
    if (before.snapshot === null) throw new Error("not in the room");
    const minutes = { ...before.snapshot.minutes, ready: false };
    room.state.value = { ...before, snapshot: { ...before.snapshot, minutes } };
    await settle();
    expect(sheet(root)).toBeNull();
    room.state.value = before;
    await settle();
    expect(root.textContent).toContain("您写的还在，点“有地方不对”接着写。");
    await tap(root, "有地方不对");
    expect(root.querySelector("textarea")?.value).toBe("住院 25 天");
  });

  it("to an older version is kept, and the minutes are to be read again", async () => {
    const { root } = await on("minutes", { ok: false, code: "stale_revision", facts: {} });
    await tap(root, "有地方不对");
    await write(root, "住院 25 天");
    await tap(root, "告诉调解员");
    expect(sheet(root)).toBeNull();
    expect(root.textContent).toContain("笔录刚改过，请再看一遍。您写的还在。");
    expect(root.textContent).not.toContain(UNSENT);
  });

  it("does not go with the word that they are right", async () => {
    const { root, ask } = await on("minutes", DONE);
    await tap(root, "有地方不对");
    await write(root, "住院 25 天");
    sheet(root)?.querySelector<HTMLElement>(".sheet-close")?.click();
    await tap(root, "记得对");
    expect(ask).toHaveBeenCalledExactlyOnceWith("minutes.confirm", { version: 1, agreed: true, remark: "" });
  });
});

describe("a request on a dead line", () => {
  it.each([
    ["minutes", ["记得对"]],
    ["rights", ["我听清楚了"]],
    ["reception", ["只有我一个人"]],
    ["hold", ["请调解员来"]],
    ["caucus", ["谈完了"]],
    ["joint", ["找调解员", "想单独谈"]],
    ["joint", ["休息一下", "告诉调解员"]],
  ])("in %s after %j says that it was not sent, and nothing once it was", async (name, words) => {
    const { root, ask } = await on(name, SILENCE, DONE);
    for (const word of words) await tap(root, word);
    expect(root.textContent).toContain(UNSENT);
    await tap(root, words[words.length - 1] ?? "");
    expect(ask).toHaveBeenCalledTimes(2);
    expect(root.textContent).not.toContain(UNSENT);
    expect(sheet(root)).toBeNull();
  });

  it("is asked once, however often it is tapped", async () => {
    const { root, ask } = await on("hold");
    ask.mockReturnValue(new Promise(() => undefined));
    await tap(root, "请调解员来");
    await tap(root, "正在提交");
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
