import { parse } from "espree";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { landingEn } from "@heyi/core/strings/landing.en.ts";
import { landingZh } from "@heyi/core/strings/landing.zh.ts";

const here = join(import.meta.dirname, "..");
const script = readFileSync(join(here, "src/old.js"), "utf8");
const page = readFileSync(join(here, "index.html"), "utf8");
const part = (name: string): HTMLElement | null => document.querySelector(`[data-part='${name}']`);
const tool = (name: string): HTMLElement | null => document.querySelector(`[data-tool='${name}']`);

/** Takes back what the script listens to, one for each listener. */
const heard: (() => void)[] = [];

/** Puts the link page into the document as the server prints it, and runs the script for old engines. */
function open(words: Readonly<Record<string, string>>): void {
  const body = /<body[^>]*>([\s\S]*)<\/body>/.exec(page)?.[1] ?? "";
  document.body.innerHTML = body.replace(/\{%[^%]*%\}/g, "").replace(/\{\{ strings\.(\w+) \}\}/g, (_, key: string) => words[key] ?? "?");
  for (const target of [window, document] as EventTarget[]) {
    const listen = target.addEventListener.bind(target);
    vi.spyOn(target, "addEventListener").mockImplementation((type, told, how) => {
      listen(type, told, how);
      heard.push(() => { target.removeEventListener(type, told, how); });
    });
  }
  new Function(script)();
}
function loaded(): void {
  window.dispatchEvent(new Event("load"));
  vi.advanceTimersByTime(2_000);
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  for (const forget of heard.splice(0)) forget();
  vi.useRealTimers();
  vi.restoreAllMocks();
  delete document.documentElement.dataset["ready"];
  document.body.replaceChildren();
});

describe("the script for old engines", () => {
  it("is ES5, which every engine reads", () => {
    expect(() => { parse(script, { ecmaVersion: 5, sourceType: "script" }); }).not.toThrow();
  });

  it.each([["Chinese", landingZh], ["English", landingEn]])("says in %s what to do where the page's own script did not run", (_lang, words) => {
    open(words);
    expect(part("obstacle")?.hidden).toBe(true);
    loaded();
    expect(part("obstacle")?.hidden).toBe(false);
    expect(part("obstacle")?.querySelector("h2")?.textContent).toBe(words.oldTitle);
    expect(part("obstacle")?.querySelector("p")?.textContent).toBe(words.oldHow);
    expect([part("digits")?.hidden, tool("read")?.hidden, tool("size")?.hidden]).toEqual([true, true, true]);
    document.execCommand = vi.fn(() => true);
    tool("copy")?.click();
    expect(document.execCommand).toHaveBeenCalledExactlyOnceWith("copy");
    expect(tool("copy")?.textContent).toBe(words.copied);
  });

  it("offers to open the page again where a script did not come", () => {
    const reload = vi.spyOn(window.location, "reload").mockReturnValue();
    open(landingZh);
    const lost = document.createElement("script");
    document.body.append(lost);
    lost.dispatchEvent(new Event("error"));
    loaded();
    expect(part("obstacle")?.querySelector("h2")?.textContent).toBe("没有打开全");
    expect(tool("copy")?.textContent).toBe("再打开一次");
    tool("copy")?.click();
    expect(reload).toHaveBeenCalledOnce();
  });

  it("says nothing where the page's own script runs, nor while it is on its way", () => {
    open(landingZh);
    vi.advanceTimersByTime(60_000);
    expect(part("obstacle")?.hidden).toBe(true);
    document.documentElement.dataset["ready"] = "";
    loaded();
    expect([part("obstacle")?.hidden, part("digits")?.hidden]).toEqual([true, false]);
  });
});
