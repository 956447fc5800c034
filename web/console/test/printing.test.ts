import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import { CASE, MINUTES } from "../dev/samples.ts";
import { useTransport } from "../src/api/client.ts";
import CaseFacts from "../src/cases/CaseFacts.vue";
import FilesTab from "../src/cases/FilesTab.vue";
import { factWords } from "../src/cases/logFacts.ts";
import MinutesTab from "../src/cases/MinutesTab.vue";
import { setLang } from "../src/i18n.ts";

let app: App | null = null;
const ANOTHER = { ...MINUTES.sittings[0], session_id: "s/9", items: [] };
beforeEach(() => useTransport(() => Promise.resolve({ status: 200, json: { sittings: [...MINUTES.sittings, ANOTHER] } })));
afterEach(() => {
  app?.unmount();
  setLang("zh-CN");
});

async function links(part: Component): Promise<(readonly [string, string | null, boolean])[]> {
  app = createApp({ render: () => h(part, { view: CASE }) });
  const root = document.createElement("div");
  app.mount(root);
  await new Promise((done) => setTimeout(done));
  return [...root.querySelectorAll("a")].map((each) => [each.textContent.trim(), each.getAttribute("href"), each.hasAttribute("download")] as const);
}

describe("papers for the case file", () => {
  it("are the minutes of each sitting, called by its day for who cannot see where they stand", async () => {
    expect(await links(MinutesTab)).toEqual([
      ["打印调解笔录2025-03-10 09:02", `/api/cases/${CASE.id}/minutes/s0/pdf`, true],
      ["打印调解笔录2025-03-10 09:02", `/api/cases/${CASE.id}/minutes/s%2F9/pdf`, true],
    ]);
  });
  it("are named in the log", () => {
    const parts = ["minutes", "acceptance", "file_cover"];
    const said = parts.map((part) => factWords({ part, session: "s0" }, new Map(), "paper.printed").join());
    expect(said).toEqual(["哪一份 调解记录", "哪一份 受理登记表", "哪一份 卷宗封面和目录"]);
  });
  it("are the cover and contents of the file", async () => {
    const found = await links(FilesTab);
    expect(found.at(-1)).toEqual(["打印卷宗封面和目录", `/api/cases/${CASE.id}/file-cover/pdf`, true]);
  });
  it("are the acceptance form of the case, in words of the reader", async () => {
    expect(await links(CaseFacts)).toEqual([["打印受理登记表", `/api/cases/${CASE.id}/acceptance/pdf`, true]]);
    app?.unmount();
    setLang("en");
    expect((await links(CaseFacts))[0]?.[0]).toBe("Print the acceptance form");
  });
});
