import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : [path];
  });
}
const here = join(import.meta.dirname, "..");
const core = join(here, "../packages/core/src");
const server = join(here, "../../server/api/link.py"); // says some of them by itself
const code = [...sources(join(here, "src")), server, join(here, "index.html"), join(core, "audience.ts"), join(core, "quality.ts")]
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");
const dictionaries = readdirSync(join(core, "strings")).filter((name) => name.endsWith(".zh.ts"));
/** Keys that are put together from a word of the state. */
const MADE = /^(denied|missing|busy|failed|insecure|inApp|old)(Title|Text|How)$/;

describe("words", () => {
  it.each(dictionaries)("of %s are all used", async (name) => {
    const parts = Object.values((await import(join(core, "strings", name))) as Record<string, object>);
    const unused = parts.flatMap(Object.keys).filter((key) => !MADE.test(key) && !new RegExp(`["'.]${key}\\b`).test(code));
    expect(unused).toEqual([]);
  });

  it("stand in the dictionaries alone", () => {
    const templates = sources(join(here, "src")).filter((path) => path.endsWith(".vue"));
    for (const path of templates) {
      const template = readFileSync(path, "utf8").split("<template>").slice(1).join("");
      expect([path, /[\u4e00-\u9fff]/.test(template)]).toEqual([path, false]);
    }
  });
});
