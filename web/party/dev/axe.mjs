// Judges every screen in a real browser with axe: node dev/axe.mjs  (needs `npm run dev -w @heyi/party` running on :5199)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { SCREENS } from "./screens.mjs";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream"],
});
const page = await browser.newPage({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
let faults = 0;
for (const lang of ["zh-CN", "en"]) {
  for (const size of ["", "larger"]) {
    for (const screen of SCREENS) {
      await page.goto(`http://127.0.0.1:5199/party/dev/index.html?${new URLSearchParams({ screen, lang, size })}`);
      await page.waitForSelector("body[data-ready]");
      await page.waitForTimeout(250);
      await page.addScriptTag({ content: source });
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      for (const violation of found.violations) {
        faults += 1;
        console.log(`${screen} ${lang} ${size || "normal"}: ${violation.id} (${violation.impact}) ${violation.nodes.map((node) => node.html.slice(0, 110)).join(" | ")}`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
      if (wide) console.log(`${screen} ${lang} ${size || "normal"}: wider than the screen`);
    }
  }
}
await browser.close();
console.log(`${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
