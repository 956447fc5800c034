import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { KEEPING } from "../dev/papers.ts";
import { Refused, useTransport } from "../src/api/client.ts";
import type { KeptFile } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import Keeping from "../src/records/Keeping.vue";
import { refusalText } from "../src/refusals.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  setLang("zh-CN");
});

async function shown(part: Component, props: object = {}): Promise<HTMLElement> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)*", component: { render: () => null } }] });
  app = createApp({ render: () => h(part, props) });
  const root = document.createElement("div");
  app.use(router);
  app.mount(root);
  await new Promise((done) => setTimeout(done));
  return root;
}

async function inList(file: KeptFile): Promise<HTMLElement> {
  useTransport(() => Promise.resolve({ status: 200, json: { ...KEEPING, files: [file], total: 1 } }));
  return shown(Keeping);
}
const files = (lapsed: boolean): KeptFile => KEEPING.files.find((file) => file.proposal?.lapsed === lapsed) as KeptFile;
const acts = (root: HTMLElement): string[] => [...root.querySelectorAll("tbody .acts button")].map((each) => each.textContent.trim());

describe("a proposal to destroy a file", () => {
  it("says until when it can be confirmed", async () => {
    const root = await inList(files(false));
    expect(root.textContent).toContain("吴司法 提出销毁：保管期满（2036-02-04 前确认有效）");
    expect(acts(root)).toEqual(["确认销毁", "撤回", "暂停销毁"]);
  });
  it("that has lapsed is called so and can be made anew, not confirmed", async () => {
    const root = await inList(files(true));
    expect(root.textContent).toContain("吴司法 提出的已失效");
    expect(acts(root)).toEqual(["提出销毁", "暂停销毁"]);
  });
  it("that has lapsed meanwhile is refused with what to do", () => {
    const late = new Refused("proposal_lapsed", {}, 409);
    expect(refusalText(late)).toMatch(/已经失效.*请重新提出/);
    setLang("en");
    expect(refusalText(late)).toMatch(/has lapsed.*Propose it again/);
  });
});
