import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp, nextTick, type App } from "vue";
import { DRAFT } from "../dev/papers.ts";
import ForCourt from "../src/agreement/ForCourt.vue";
import { DESK, useAgreement } from "../src/agreement/desk.ts";
import type { AgreementView } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";

let app: App | null = null;
beforeEach(() => setLang("zh-CN"));
afterEach(() => {
  app?.unmount();
  app = null;
});
const sent: [string, boolean | null][] = [];

function cardOf(change: Partial<AgreementView> = {}, mayWrite = true): HTMLElement {
  const root = document.createElement("div");
  const desk = { ...useAgreement("c1"), forCourt: async (question: string, answer: boolean | null) => void sent.push([question, answer]) };
  app = createApp(ForCourt, { agreement: { ...DRAFT, ...change }, mayWrite }).provide(DESK, desk);
  document.body.replaceChildren(root);
  app.mount(root);
  return root;
}

describe("what the court depends on", () => {
  it("is asked in plain words, with no answer given beforehand", () => {
    const card = cardOf();
    expect(card.textContent).toContain("除了付钱，协议还写了劳动关系上的事吗？");
    const [no, yes, open] = [...card.querySelectorAll("input")];
    expect([no?.checked, yes?.checked, open?.checked]).toEqual([false, false, true]);
    expect(card.textContent).toContain("法院可能不受理");
  });
  it("is sent as soon as it is said", async () => {
    cardOf().querySelectorAll("input")[0]?.click();
    await nextTick();
    expect(sent).toEqual([["labour_beyond_payment", false]]);
  });
  it("cannot be said by who only reads", () => {
    expect(cardOf({}, false).querySelector("fieldset")?.disabled).toBe(true);
  });
});
