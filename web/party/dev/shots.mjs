// Pictures of every screen: node dev/shots.mjs OUT_DIR [screen ...]  (needs `npm run dev -w @heyi/party` running on :5199, or PORT)
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { SCREENS } from "./screens.mjs";

const [out = "shots", ...only] = process.argv.slice(2);
const width = Number(process.env.WIDTH ?? 360);
const height = Number(process.env.HEIGHT ?? 640);
const size = process.env.SIZE ?? "";
const langs = (process.env.LANGS ?? "zh-CN,en").split(",");
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream"],
});
const page = await browser.newPage({ viewport: { width, height }, isMobile: true, hasTouch: true });
page.on("pageerror", (error) => console.error("page error:", error.message));
page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") console.error(message.text()); });
for (const lang of langs) {
  for (const screen of only.length > 0 ? only : SCREENS) {
    const query = new URLSearchParams({ screen, lang, ...(size ? { size } : {}), ...(process.env.MEDIA ? { media: process.env.MEDIA } : {}) });
    await page.goto(`http://127.0.0.1:${process.env.PORT ?? 5199}/party/dev/index.html?${query}`);
    await page.waitForSelector("body[data-ready]");
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${out}/${screen}-${lang}${size}.png` });
  }
}
await browser.close();
