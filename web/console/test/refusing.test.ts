import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, nextTick, ref, shallowRef } from "vue";
import { ACCOUNT, LOCKED, SIGNED } from "../dev/papers.ts";
import LockSheet from "../src/agreement/LockSheet.vue";
import LockedSide from "../src/agreement/LockedSide.vue";
import PaperCopies from "../src/agreement/PaperCopies.vue";
import { DESK } from "../src/agreement/desk.ts";
import type { AgreementView } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";

type Done = readonly unknown[];
let unmount = (): void => undefined;

function show(part: typeof LockSheet | typeof LockedSide | typeof PaperCopies, props: Record<string, unknown>, done: Done[]): HTMLElement {
  const root = document.createElement("div");
  document.body.append(root);
  const kept = (name: string) => (...said: unknown[]) => { done.push([name, ...said]); return Promise.resolve(true); };
  const desk = { error: shallowRef(null), place: shallowRef("side"), busy: ref(""), lock: kept("lock"), handCopy: kept("handCopy"), handwriting: () => "" };
  const app = createApp({ render: () => h(part as never, props) });
  app.provide(DESK, desk as never);
  app.mount(root);
  unmount = () => { app.unmount(); root.remove(); };
  return root;
}
const press = async (root: HTMLElement, word: string): Promise<void> => {
  const found = [...root.querySelectorAll("button")].find((each) => each.textContent.trim() === word);
  if (found === undefined) throw new Error(`no ${word} in ${root.textContent}`);
  found.click();
  await nextTick();
};
afterEach(() => { unmount(); setLang("zh-CN"); });

describe("a signer who refuses to sign on a phone", () => {
  const who = LOCKED.signatures[0]?.signer ?? "";
  const refused = { code: "e_signature_refused", level: "error", where: who, facts: { party: "甲方", name: "陈水根" } } as const;
  const draft: AgreementView = { ...LOCKED, state: "drafting", missing: [refused], missing_on_paper: [] };
  it("is named, the reason stands there, and the text is locked for paper", async () => {
    const done: Done[] = [];
    const root = show(LockSheet, { agreement: draft }, done);
    expect(root.textContent).toContain("陈水根不同意用手机签。请改签纸质的");
    await press(root, "定稿，去打印");
    expect(done).toEqual([["lock", { wet_ink: true, witnessed: [], reason: "陈水根不同意用手机签" }]]);
  });
  it("may speak before witnesses while the others use their phones", async () => {
    const done: Done[] = [];
    const root = show(LockSheet, { agreement: draft }, done);
    const pick = root.querySelector("select");
    if (pick === null) throw new Error("no routes");
    pick.value = "witnessed";
    pick.dispatchEvent(new Event("change"));
    await nextTick();
    await press(root, "定稿");
    expect(done).toEqual([["lock", { wet_ink: false, witnessed: [who], reason: "陈水根不同意用手机签" }]]);
  });
});

describe("an account that was refused after the lock", () => {
  it("is told with the name and what to do, and leads to a new version", async () => {
    const root = show(LockedSide, { agreement: ACCOUNT, mayWrite: true }, []);
    const notice = root.querySelector("[role=status]");
    expect(notice?.textContent).toContain("定稿以后，陈水根不同意使用银行账户了");
    expect(notice?.textContent).toContain("重新起草，删去账号");
    notice?.querySelector("button")?.click();
    await nextTick();
    expect(document.body.textContent).toContain("已经签的名都作废");
  });
  it("leaves who may not write without that button, and others without the notice", () => {
    expect(show(LockedSide, { agreement: ACCOUNT, mayWrite: false }, []).querySelector("[role=status] button")).toBeNull();
    unmount();
    expect(show(LockedSide, { agreement: LOCKED, mayWrite: true }, []).textContent).not.toContain("银行账户");
  });
});

describe("copies on paper", () => {
  const copy = { person_id: "p1a", name: "陈水根", label: "甲方", scope: "e_delivery", way: null, at: null } as const;
  it("are asked for by name and noted with one press", async () => {
    const done: Done[] = [];
    const filed = { ...copy, scope: "preservation", way: "filed", at: "2025-03-15T01:00:00Z" } as const;
    const root = show(PaperCopies, { agreement: { ...SIGNED, on_paper: [copy, filed] }, mayWrite: true }, done);
    expect(root.textContent).toContain("没有同意用手机收文书");
    expect(root.textContent).toContain("存进卷了");
    await press(root, "寄出了");
    expect(done).toEqual([["handCopy", "p1a", "by_post"]]);
  });
});
