import { afterEach, describe, expect, it, vi } from "vitest";
import type { PartyAgreement } from "@heyi/core";
import { AGREEMENT } from "../dev/samples.ts";
import { OfflineError, RefusedError } from "../src/api.ts";
import type { Room } from "../src/room.ts";
import ReadBack from "../src/screens/ReadBack.vue";
import { clear, roomIn, settle, show, tap, write, type Shown } from "./stage.ts";

afterEach(clear);

type Answer = Room["api"]["answerClause"];

async function reading(answer: Answer): Promise<Shown> {
  const room = await roomIn("readBack");
  room.api.answerClause = answer;
  room.api.agreement = () => Promise.resolve(AGREEMENT);
  return show(ReadBack, room);
}
/** Goes on to another clause, as the mediator does. */
async function readNext(room: Room, id: string): Promise<void> {
  const snapshot = room.snapshot;
  if (snapshot === null) throw new Error("not in the room");
  room.state.value = { ...room.state.value, snapshot: { ...snapshot, n: snapshot.n + 1, reading: id } };
  await settle();
}
const heard: PartyAgreement = {
  ...AGREEMENT,
  clauses: AGREEMENT.clauses.map((clause) => ({ ...clause, version: clause.no + 4, heard: true })),
};
const sheet = (root: HTMLElement) => root.querySelector(".sheet");

it("another clause is shown from its beginning, whoever turned to it", async () => {
  const { root, room } = await reading(() => Promise.resolve(heard));
  const middle = root.querySelector("main");
  if (middle === null) throw new Error("no middle");
  middle.scrollTop = 300;
  await readNext(room, "c3");
  expect(middle.scrollTop).toBe(0);
  middle.scrollTop = 300;
  await tap(root, "上一条");
  expect(middle.scrollTop).toBe(0);
});

describe("a wish for change", () => {
  it("goes to the clause it was written for, though the reading went on", async () => {
    const answer = vi.fn<Answer>(() => Promise.resolve(heard));
    const { root, room } = await reading(answer);
    room.agreement.value = heard;
    await settle();
    await tap(root, "要改");
    expect(sheet(root)?.textContent).toContain("第 2 条");
    await write(root, "分两期付");
    await readNext(room, "c3");
    expect(sheet(root)?.textContent).toContain("第 2 条");
    await tap(root, "告诉调解员");
    expect(answer).toHaveBeenCalledExactlyOnceWith({ clause_id: "c2", clause_version: 6, heard: true, verdict: "change", wish: "分两期付" });
    expect(sheet(root)).toBeNull();
  });

  it("is kept with its sheet when it was not sent, and gone once it was", async () => {
    const answer = vi.fn<Answer>().mockRejectedValueOnce(new OfflineError()).mockResolvedValue(heard);
    const { root } = await reading(answer);
    await tap(root, "要改");
    await write(root, "分两期付");
    await tap(root, "告诉调解员");
    expect(root.querySelector("textarea")?.value).toBe("分两期付");
    await tap(root, "告诉调解员");
    expect(answer).toHaveBeenCalledTimes(2);
    expect(sheet(root)).toBeNull();
    await tap(root, "要改");
    expect(root.querySelector("textarea")?.value).toBe("");
  });

  it("is no answer to a text that changed meanwhile: the new text comes, the words stay", async () => {
    const answer = vi.fn<Answer>().mockRejectedValueOnce(new RefusedError({ code: "stale_revision", facts: {} }));
    const { root, room } = await reading(answer);
    await tap(root, "要改");
    await write(root, "分两期付");
    await tap(root, "告诉调解员");
    expect(sheet(root)).toBeNull();
    expect(room.fault.value).toBeNull();
    expect(room.words.note.value.text).toBe("改过了");
    await tap(root, "要改");
    expect(root.querySelector("textarea")?.value).toBe("分两期付");
  });
});

it("says above the clause that all are answered, not in the foot, where it would push the answers away", async () => {
  const { root, room } = await reading(() => Promise.resolve(heard));
  room.agreement.value = { ...heard, clauses: heard.clauses.map((clause) => ({ ...clause, verdict: "agree" })) };
  await settle();
  expect(root.querySelector("main")?.textContent).toContain("每一条您都答过了");
  expect(root.querySelector(".foot")?.textContent).not.toContain("每一条您都答过了");
});
