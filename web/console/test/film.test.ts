import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, type App } from "vue";
import { setLang } from "../src/i18n.ts";
import Film from "../src/records/Film.vue";

let app: App | null = null;
let asked = 0;

/** Shows one film whose request is answered so, by a browser that plays these types. */
function film(answer: () => Response, plays: string): HTMLElement {
  vi.stubGlobal("fetch", () => {
    asked += 1;
    return Promise.resolve(answer());
  });
  vi.spyOn(HTMLMediaElement.prototype, "canPlayType").mockImplementation((type) => (type === plays ? "probably" : ""));
  app = createApp(Film, { address: "/api/records/r1/recordings/v1/p1", label: "陈水根的录像" });
  const root = document.createElement("div");
  app.mount(root);
  return root;
}
const webm = () => new Response(new Uint8Array([1, 2, 3]), { status: 200, headers: { "Content-Type": "video/webm" } });
async function press(root: HTMLElement): Promise<void> {
  root.querySelector("button")?.click();
  await new Promise((done) => { setTimeout(done); });
  await vi.waitFor(() => expect(root.querySelector("button.busy")).toBeNull());
}

beforeEach(() => {
  asked = 0;
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:film");
});
afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("a film in a record", () => {
  it("plays on the page, and nothing is asked for before", async () => {
    const root = film(webm, "video/webm");
    expect([asked, root.querySelector("video")]).toEqual([0, null]);
    await press(root);
    expect([asked, root.querySelector("video")?.getAttribute("src")]).toEqual([1, "blob:film"]);
  });
  it("is saved by a button of its own", () => {
    const root = film(webm, "video/webm");
    const link = root.querySelector("a");
    expect([link?.textContent.trim(), link?.hasAttribute("download"), asked]).toEqual(["下载陈水根的录像", true, 0]);
    expect(root.querySelector("button")?.textContent).toContain("播放陈水根的录像");
  });
  it("is offered for saving where the browser cannot play it", async () => {
    const root = film(webm, "video/mp4");
    await press(root);
    expect(root.querySelector("video")).toBeNull();
    expect(root.textContent).toContain("这个浏览器放不了这段录像");
    expect(root.querySelector("a")?.textContent).toContain("下载");
  });
  it("says why it is refused", async () => {
    const root = film(() => new Response(JSON.stringify({ code: "forbidden", facts: {} }), { status: 403, headers: { "Content-Type": "application/json" } }), "video/webm");
    await press(root);
    expect(root.querySelector(".trouble")?.textContent).toContain("您没有做这件事的权限");
    expect(root.querySelector("video")).toBeNull();
  });
});
