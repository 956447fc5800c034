import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { KEEPING } from "../dev/papers.ts";
import { CASE, meAs } from "../dev/samples.ts";
import { Refused, useTransport } from "../src/api/client.ts";
import type { CaseView, KeptFile } from "../src/api/types.ts";
import CaseFacts from "../src/cases/CaseFacts.vue";
import FilesTab from "../src/cases/FilesTab.vue";
import PartiesTab from "../src/cases/PartiesTab.vue";
import { setLang } from "../src/i18n.ts";
import Keeping from "../src/records/Keeping.vue";
import { refusalText } from "../src/refusals.ts";
import { me } from "../src/session.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  me.value = null;
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

describe("the page of a case whose file was destroyed", () => {
  const gone = (case_: CaseView): CaseView => ({
    ...case_,
    summary: "",
    claims: [],
    destroyed_on: "2036-01-01",
    files: [],
    parties: case_.parties.map((party) => ({
      ...party,
      address_masked: "",
      people: party.people.map((each) => ({ ...each, id_no_masked: "", mobile_masked: "", authority: each.authority && { ...each.authority, file: null } })),
    })),
  });
  it("offers nothing to print, upload or reveal, and invites nobody", async () => {
    me.value = meAs("recorder");
    for (const part of [CaseFacts, FilesTab, PartiesTab]) {
      const root = await shown(part, { view: gone(CASE) });
      expect([...root.querySelectorAll("a, button, input")].map((each) => each.textContent.trim())).toEqual([]);
      app?.unmount();
    }
  });
  it("still lists the names", async () => {
    const root = await shown(PartiesTab, { view: gone(CASE) });
    for (const party of CASE.parties) expect(root.textContent).toContain(party.name);
  });
});
