import { afterEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { TODAY } from "../dev/samples.ts";
import type { PresenceRow, TodaySitting } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import NextSitting from "../src/pages/NextSitting.vue";

const FIRST = TODAY.sittings[0] as TodaySitting;
let app: App | null = null;

/** Returns the card of a sitting in this state. */
function card(session_state: TodaySitting["case"]["session_state"], change: Partial<TodaySitting> = {}): HTMLElement {
  const blank = { template: "" };
  const pages = ["case", "room", "agreement"].map((name) => ({ path: `/${name}/:caseId`, name, component: blank }));
  const routes = [{ path: "/", component: blank }, ...pages];
  const router = createRouter({ history: createMemoryHistory(), routes });
  app = createApp(NextSitting, { sitting: { ...FIRST, ...change, case: { ...FIRST.case, session_state } }, nowMs: Date.parse(TODAY.now) }).use(router);
  const root = document.createElement("div");
  app.mount(root);
  return root;
}
const owed = (root: HTMLElement): string => root.querySelector(".owed-line")?.textContent.trim() ?? "";
const person = (change: Partial<PresenceRow>): PresenceRow => ({ ...(FIRST.people[0] as PresenceRow), here: false, answer: "none", ...change });
const presence = (change: Partial<PresenceRow>): string => card("scheduled", { people: [person(change)] }).querySelector(".presence .state")?.textContent.trim() ?? "";

afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
});

describe("what is owed of the next sitting", () => {
  it("is owed before the start, and once it runs now", () => {
    expect(owed(card("scheduled"))).toContain("开始前还差 2 项");
    const running = owed(card("open"));
    expect(running).toContain("现在还差 2 项");
    expect(running).not.toContain("开始前");
  });
  it("is, while all sign, the own signature alone, with the way there", () => {
    const root = card("signing", { to_sign: true });
    expect(owed(root)).toContain("轮到您签名了");
    expect(root.querySelector(".owed-line a")?.getAttribute("href")).toBe(`/agreement/${FIRST.case.id}`);
    expect(owed(root)).not.toContain("还差");
  });
  it("is nothing of before the start while others sign", () => {
    expect(owed(card("signing"))).toBe("正在签名，轮到您时会写在这里。");
    setLang("en");
    expect(owed(card("open", { missing: [] }))).toBe("Going on, nothing is missing.");
  });
});

describe("a person who is not here yet", () => {
  it.each([
    ["never invited", { invited: false, role: "party" }, "还没邀请"],
    ["a companion without a link", { invited: false, role: "companion" }, "同用一部手机"],
    ["invited and silent", { invited: true, role: "companion" }, "没有答复"],
  ] as const)("is told by what was asked of him: %s", (_who, change, word) => {
    expect(presence(change)).toContain(word);
  });
});
