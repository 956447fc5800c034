import { describe, expect, it } from "vitest";
import { en } from "../src/strings/en.ts";
import { zh } from "../src/strings/zh.ts";

const parts = {
  zh: import.meta.glob<Record<string, object>>("../src/strings/*.zh.ts", { eager: true }),
  en: import.meta.glob<Record<string, object>>("../src/strings/*.en.ts", { eager: true }),
};
const files = import.meta.glob<string>(["../src/**/*.{ts,vue}", "!../src/strings/**"], { query: "?raw", import: "default", eager: true });
const code = Object.values(files).join("\n");

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]).sort();
const pairs = Object.entries(zh).map(([key, text]) => [key, text, (en as Record<string, string>)[key] ?? ""] as const);

describe("the console's dictionaries", () => {
  it("have every key in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });
  it("put the same values into both sentences", () => {
    // The person's own name is left out where the label already says which side it is.
    for (const [key, chinese, english] of pairs) expect([key, holes(english)]).toEqual([key, holes(chinese)]);
  });
  it("leave nothing empty and shout at nobody", () => {
    for (const [key, chinese, english] of pairs) {
      expect([key, chinese.trim() === "", english.trim() === ""]).toEqual([key, false, false]);
      expect(chinese + english).not.toMatch(/[!！]/);
    }
  });
  it("speak to staff with 您 only", () => {
    for (const [key, chinese] of pairs) expect([key, chinese.includes("你")]).toEqual([key, false]);
  });
  it.each(["zh", "en"] as const)("name no key twice among the areas: %s", (language) => {
    const all = Object.values(parts[language]).flatMap((area) => Object.values(area).flatMap(Object.keys));
    expect(all.filter((key, at) => all.indexOf(key) !== at)).toEqual([]);
    expect(all.sort()).toEqual(Object.keys(zh).sort());
  });
  it("say nothing that is never shown", () => {
    const quoted = (text: string): boolean => ['"', "'", "`"].some((mark) => code.includes(mark + text + mark));
    // What stands after a dot is the server's word: the page names the group alone (`wordOf`), or makes it up as well.
    const shown = (key: string): boolean => {
      const parts = key.split(".");
      const groups = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("."));
      return quoted(key) || groups.some((group) => quoted(group) || code.includes(`\`${group}.\${`));
    };
    expect(Object.keys(zh).filter((key) => !shown(key))).toEqual([]);
  });
});
