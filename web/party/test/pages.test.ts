import { afterEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import FullPages from "../src/parts/FullPages.vue";
import PageViewer from "../src/parts/PageViewer.vue";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

const watched: Element[] = [];
vi.stubGlobal("IntersectionObserver", class {
  observe(mark: Element): void { watched.push(mark); }
  disconnect(): void { watched.length = 0; }
});
afterEach(clear);

const DIGEST = "9f2c71ab".repeat(8);
const VIEWS = { PageViewer: { part: PageViewer, given: { seen: [], box: null } }, FullPages: { part: FullPages, given: {} } };

describe("a page that did not arrive", () => {
  it.each(["PageViewer", "FullPages"] as const)("in %s can be fetched again, from another address, and then be seen", async (name) => {
    const { part, given } = VIEWS[name];
    const view = defineComponent(() => () => h(part as never, { pages: 2, digest: DIGEST, ...given }));
    const { root } = show(view, await roomIn("sign"));
    const page = () => root.querySelector<HTMLImageElement>("img[alt^='第 2 页']");
    const first = page()?.getAttribute("src") ?? "";
    page()?.dispatchEvent(new Event("error"));
    await settle();
    expect(page()).toBeNull();
    expect(root.textContent).toContain("第 2 页没有取到。");
    await tap(root, "再取一次");
    expect(page()?.getAttribute("src")).toBe(`${first}&turn=1`);
    page()?.dispatchEvent(new Event("error"));
    await settle();
    await tap(root, "再取一次");
    expect(page()?.getAttribute("src")).toBe(`${first}&turn=2`);
    expect(watched).toEqual([]);
    page()?.dispatchEvent(new Event("load"));
    await settle();
    expect(watched.map((mark) => mark.getAttribute("data-end"))).toEqual(["2"]);
    expect(root.textContent).not.toContain("没有取到");
  });
});
