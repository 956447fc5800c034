import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp, ref, type App } from "vue";
import { DRAFT } from "../dev/papers.ts";
import DraftMain from "../src/agreement/DraftMain.vue";
import { DESK, useAgreement } from "../src/agreement/desk.ts";
import { draftOf } from "../src/agreement/draft.ts";
import type { AgreementView } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";

let app: App | null = null;
beforeEach(() => setLang("zh-CN"));
afterEach(() => {
  app?.unmount();
  app = null;
});

/** Returns what stands above the clauses of this agreement. */
function headOf(agreement: AgreementView): string {
  const root = document.createElement("div");
  const desk = { ...useAgreement("c1"), draft: ref(draftOf(agreement)) };
  app = createApp(DraftMain, { agreement, mayWrite: true }).provide(DESK, desk);
  app.mount(root);
  return root.querySelector("header")?.textContent ?? "";
}
const [first, ...rest] = DRAFT.clauses;
if (first === undefined) throw new Error("no clause");
const agreed = (clause: typeof first): typeof first => ({ ...clause, answers: clause.answers.map((each) => ({ ...each, verdict: "agree" })) });
const unanswered = (clause: typeof first): typeof first => ({ ...clause, answers: clause.answers.map((each) => ({ ...each, verdict: null })) });
const all = { ...DRAFT, clauses: [first, ...rest].map(agreed) };
const ALL = "各条都同意了";

describe("the head of the draft", () => {
  it("says that all is agreed only when it is", () => {
    expect(headOf(all)).toContain(ALL);
  });
  it("says which clause is still open while the last one is read out", () => {
    const last = all.clauses[all.clauses.length - 1] ?? first;
    const head = headOf({ ...all, clauses: [...all.clauses.slice(0, -1), unanswered(last)], reading: last.id });
    expect(head).not.toContain(ALL);
    expect(head).toMatch(/第.条还有人没同意/);
  });
  it("leads back to a clause that was left open on the way", () => {
    const last = all.clauses[all.clauses.length - 1] ?? first;
    const head = headOf({ ...all, clauses: [unanswered(first), ...all.clauses.slice(1)], reading: last.id });
    expect(head).not.toContain(ALL);
    expect(head).toContain("从第一条");
  });
  it("counts drafts as the phone does, from one", () => {
    expect(headOf({ ...DRAFT, revision: 0, text_version: 1 })).toContain("第 1 稿");
  });
});
