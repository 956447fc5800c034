import { afterEach, describe, expect, it, vi } from "vitest";
import { SEAT } from "../dev/samples.ts";
import Consents from "../src/screens/Consents.vue";
import { clear, roomIn, settle, show, tap, type Shown } from "./stage.ts";

type Seat = typeof SEAT;
afterEach(clear);

/** Shows the consents with these answers in order; each answer given then comes back from the server. */
async function answering(...answers: (boolean | null)[]): Promise<Shown> {
  const room = await roomIn("consents");
  let seat: Seat = { ...room.seat, consents: SEAT.consents.map((each, at) => ({ ...each, answer: answers[at] ?? null })) };
  room.state.value = { ...room.state.value, seat };
  room.api.consent = ({ scope, agreed }) => {
    seat = { ...seat, consents: seat.consents.map((each) => (each.scope === scope ? { ...each, answer: agreed } : each)) };
    return Promise.resolve(seat);
  };
  return show(Consents, room);
}
const title = (root: HTMLElement): string => root.querySelector("h1")?.textContent ?? "";
const place = (root: HTMLElement): string => root.querySelector(".over b")?.textContent ?? "";
/** Whether `word` stands before the card, where no foot can cover it. */
const above = (root: HTMLElement, word: string): boolean =>
  (root.querySelector("main")?.textContent ?? "").split(SEAT.consents[0]?.statement ?? "")[0]?.includes(word) ?? false;

describe("one consent that is answered again", () => {
  it("leads on to the first that is open, past those answered before", async () => {
    const { root } = await answering(true, true, true);
    await tap(root, "改");
    expect(place(root)).toContain("第 3 项");
    await tap(root, "不同意");
    expect(place(root)).toContain("第 4 项");
    await tap(root, "改");
    await tap(root, "改");
    expect(place(root)).toContain("第 2 项");
    await tap(root, "同意");
    expect(place(root)).toContain("第 4 项");
  });
  it("leads to the list once all are answered", async () => {
    const { root } = await answering(true, true, true, true, true, true);
    await tap(root, "改");
    await tap(root, "不同意");
    expect(title(root)).toBe("您都答完了");
  });
});

describe("a refusal that ends the online way", () => {
  it("is told above every later question, and can be changed there", async () => {
    const { root } = await answering(false, true);
    expect(place(root)).toContain("第 3 项");
    expect(above(root, "不在网上谈")).toBe(true);
    await tap(root.querySelector(".notice") as HTMLElement, "改");
    expect(place(root)).toContain("第 1 项");
    await tap(root, "同意");
    expect(place(root)).toContain("第 3 项");
    expect(root.textContent).not.toContain("不在网上谈");
  });
});

describe("the whole text of a consent", () => {
  it("comes up from under the foot, and is folded again on the next item", async () => {
    const seen = vi.spyOn(Element.prototype, "scrollIntoView").mockReturnValue();
    const { root } = await answering(true);
    const terms = root.querySelector("details");
    if (terms === null) throw new Error("no terms");
    terms.open = true;
    await settle();
    expect(seen).toHaveBeenCalledOnce();
    await tap(root, "同意");
    await settle();
    expect(root.querySelector("details")?.open).toBe(false);
    seen.mockRestore();
  });
});
