import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SEAT } from "../dev/samples.ts";
import Consents from "../src/screens/Consents.vue";
import Ended from "../src/screens/Ended.vue";
import Sign from "../src/screens/Sign.vue";
import type { Room } from "../src/room.ts";
import { clear, roomIn, show } from "./stage.ts";

const NEXT = "2125-03-21T01:00:00Z";
const TIME = "3 月 21 日（星期三） 上午\u00a09:00";
const planned = { session_id: "s2", session_state: "scheduled", planned_at: NEXT } as const;
const open = { session_state: "adjourned", planned_at: NEXT } as const;

beforeEach(() => {
  // The pad draws nothing here; what it is for is tested with a real browser.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(new Proxy({}, { get: () => () => undefined, set: () => true }) as never);
});
afterEach(() => {
  clear();
  localStorage.clear();
  vi.restoreAllMocks();
});

/** Returns a phone on which the sitting was adjourned while the text stood locked. */
async function adjourned(seat: Partial<typeof SEAT>, lang = "zh-CN"): Promise<Room> {
  const room = await roomIn("sign", lang);
  const { snapshot } = room.state.value;
  if (snapshot === null) throw new Error("not in the room");
  room.state.value = { ...room.state.value, line: "off", snapshot: { ...snapshot, state: "adjourned" }, seat: { ...room.seat, ...seat } };
  return room;
}

describe("adjourned while a text is locked", () => {
  it.each([["who has not signed yet", false], ["who does not sign", true]])("tells %s that it is over for today, and the next time", async (_who, sign_refused) => {
    const said = show(Sign, await adjourned({ ...planned, sign_refused })).root.textContent;
    expect(said).toContain("今天先谈到这里");
    expect(said).toContain(`下次：${TIME}`);
    expect(said).not.toContain("下次时间定了再告诉您");
  });
  it("tells both where it is signed elsewhere", async () => {
    const room = await adjourned(planned);
    if (room.agreement.value) room.agreement.value = { ...room.agreement.value, sign_blocked: "witnessed" };
    expect(show(Sign, room).root.textContent).toContain(`下次：${TIME}`);
  });
  it("says that the next time will be told where none is fixed, whenever this one was planned for", async () => {
    const said = show(Sign, await adjourned(open)).root.textContent;
    expect(said).toContain("下次时间定了再告诉您");
    expect(said).not.toContain("下次：");
  });
  it("says nothing of the kind while the sitting goes on", async () => {
    expect(show(Sign, await roomIn("sign")).root.textContent).not.toContain("今天先谈到这里");
  });
});

describe("adjourned with nothing to sign", () => {
  it("says one of the two, never both", async () => {
    const room = await roomIn("adjourned");
    room.state.value = { ...room.state.value, seat: { ...room.seat, ...planned } };
    const said = show(Ended, room).root.textContent;
    expect(said).toContain(`下次：${TIME}`);
    expect(said).not.toContain("再告诉您");
    expect(said).not.toContain("这次调解结束了");
  });
  it("is told that the next time will be told", async () => {
    expect(show(Ended, await roomIn("adjourned")).root.textContent).toContain("下次时间定了再告诉您");
  });
});

describe("a link opened again before the next sitting", () => {
  const answered = SEAT.consents.map((each) => ({ ...each, answer: each.scope === "recording" ? null : true }));
  async function said(consents: typeof SEAT.consents): Promise<string> {
    const room = await roomIn("consents");
    room.state.value = { ...room.state.value, seat: { ...room.seat, ...planned, consents } };
    return show(Consents, room).root.textContent;
  }
  it("says when it is, and why recording is asked again", async () => {
    expect(await said(answered)).toContain(`调解时间：${TIME}`);
    expect(await said(answered)).toContain("每次调解都重新问");
  });
  it("says nothing of it before the first answers", async () => {
    expect(await said(SEAT.consents)).not.toContain("每次调解都重新问");
  });
});

describe("a link opened again before the day of the next sitting", () => {
  it("tells when it goes on, and asks only who wants to prepare", async () => {
    const room = await roomIn("adjournedAgain");
    const { root } = show(Ended, room);
    expect(root.querySelector("h1")?.textContent).toBe("等下次接着谈");
    expect(root.textContent).toContain(TIME);
    [...root.querySelectorAll("button")].find((each) => each.textContent.includes("先做下次的准备"))?.click();
    expect(room.state.value.step).toBe("consents");
  });
});
