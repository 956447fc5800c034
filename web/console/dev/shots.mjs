// Takes pictures of the screens at a desk's and a phone's size in both languages: node console/dev/shots.mjs [name ...]
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { createServer } from "vite";

// With AXE=1 every screen is also checked for accessibility at the desk's size.
const AXE = process.env["AXE"] ? readFileSync("node_modules/axe-core/axe.min.js", "utf8") : "";
const SIZES = { desk: { width: 1366, height: 768 }, phone: { width: 360, height: 640 } };
export const SCREENS = {
  signIn: { at: "/sign-in", as: "nobody" },
  today: { at: "/" },
  cases: { at: "/cases?q=陈" },
  register: { at: "/cases/new", full: true },
  change: { at: "/cases/c1/change", full: true },
  case: { at: "/cases/c1", full: true },
  resend: { at: "/cases/c1", press: "resend" },
  messages: { at: "/cases/c1?part=messages" },
  sittings: { at: "/cases/c1?part=sittings" },
  minutes: { at: "/cases/c1?part=minutes", full: true },
  files: { at: "/cases/c1?part=files" },
  log: { at: "/cases/c1?part=log" },
 roomCaucus: { at: "/cases/c1/room/s1", scene: "caucus", press: "enter" },
  roomJoint: { at: "/cases/c1/room/s1", scene: "joint", press: "enter" },
  roomMuted: { at: "/cases/c1/room/s1", scene: "muted", press: "enter" },
  roomCutting: { at: "/cases/c1/room/s1", scene: "cutting", press: "enter" },
  roomHeld: { at: "/cases/c1/room/s1", scene: "held", press: "enter" },
  roomScheduled: { at: "/cases/c1/room/s1", scene: "scheduled", press: "enter" },
  roomRefused: { at: "/cases/c1/room/s1", scene: "refused", press: "enter" },
  roomLocked: { at: "/cases/c1/room/s1", scene: "refused", press: "seat" },
  roomLobby: { at: "/cases/c1/room/s1", scene: "lobby", press: "enter" },
  roomReception: { at: "/cases/c1/room/s1", scene: "reception", press: "enter" },
  roomFrozen: { at: "/cases/c1/room/s1", scene: "frozen", press: "enter" },
  roomEight: { at: "/cases/c1/room/s1", scene: "eight", press: "enter" },
  roomRecorded: { at: "/cases/c1/room/s1", scene: "recorded", press: "enter" },
  roomStopping: { at: "/cases/c1/room/s1", scene: "recordingStopping", press: "enter" },
  roomUnlogged: { at: "/cases/c1/room/s1", scene: "unlogged", press: "enter" },
  roomRecordable: { at: "/cases/c1/room/s1", scene: "recordable", press: "recording" },
  roomIdentity: { at: "/cases/c1/room/s1", scene: "secondPhone", press: "row" },
  roomSecondPhone: { at: "/cases/c1/room/s1", scene: "secondPhone", press: "name" },
  roomLeave: { at: "/cases/c1/room/s1", scene: "joint", press: "leave" },
  roomAdjourn: { at: "/cases/c1/room/s1", scene: "joint", press: "adjourn" },
  roomClose: { at: "/cases/c1/room/s1", scene: "joint", press: "close" },
  roomGate: { at: "/cases/c1/room/s1" },
  roomDraft: { at: "/cases/c1/room/s1", scene: "drafting", press: "draft" },
  agreement: { at: "/cases/c1/agreement" },
  characters: { at: "/cases/c10/agreement" },
  charactersLock: { at: "/cases/c10/agreement", press: "lock" },
  signing: { at: "/cases/c2/agreement" },
  lockByLaw: { at: "/cases/c4/agreement", press: "lock" },
  lockPaper: { at: "/cases/c1/agreement", press: "lock" },
  paper: { at: "/cases/c5/agreement" },
  spoken: { at: "/cases/c7/agreement" },
  spokenRecord: { at: "/cases/c7/agreement", press: "witness" },
  paperDone: { at: "/cases/c6/agreement" },
  sealing: { at: "/cases/c3/agreement", as: "head" },
  sealRefused: { at: "/cases/c3/agreement", as: "head", press: "seal" },
  release: { at: "/cases/c8/agreement" },
  releaseHead: { at: "/cases/c8/agreement", as: "head" },
  copies: { at: "/cases/c11/agreement" },
  accountTakenBack: { at: "/cases/c13/agreement" },
  lockRefused: { at: "/cases/c12/agreement", press: "lock" },
  released: { at: "/cases/c9/agreement" },
  seal: { at: "/seal", as: "head" },
  records: { at: "/records?name=陈水根", as: "officer" },
  record: { at: "/records/r1", as: "officer", press: "record", full: true },
  keeping: { at: "/keeping", as: "officer", full: true },
  adminStaff: { at: "/admin/staff", as: "admin" },
  adminCommittee: { at: "/admin/committee", as: "admin" },
  adminSealing: { at: "/admin/sealing", as: "admin" },
  adminCalendar: { at: "/admin/calendar", as: "admin" },
  setup: { at: "/setup/abc", as: "nobody", full: true },
};

const wanted = process.argv.slice(2);
const names = Object.keys(SCREENS).filter((name) => wanted.length === 0 || wanted.includes(name));
const out = "shots/console";
mkdirSync(out, { recursive: true });
const server = await createServer({ root: "console", configFile: "console/vite.config.ts", server: { port: 5391, host: "127.0.0.1" }, logLevel: "error" });
await server.listen();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox"] });
for (const name of names) {
  const screen = SCREENS[name];
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const lang of ["zh", "en"]) {
      if (process.env["ONLY"] && process.env["ONLY"] !== `${size}-${lang}`) continue;
      const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
      page.on("pageerror", (error) => console.log(`${name} ${size} ${lang}: ${error.message}`));
      page.on("console", (line) => { if (["error", "warning"].includes(line.type())) console.log(`${name} ${size} ${lang}: ${line.text().slice(0, 300)}`); });
      const query = new URLSearchParams({ at: screen.at, as: screen.as ?? "mediator", lang: lang === "en" ? "en" : "zh-CN", scene: screen.scene ?? "joint" });
      await page.goto(`http://127.0.0.1:5391/console/dev/index.html?${query}`, { waitUntil: "networkidle" });
      if (screen.press === "record") {
        await page.locator("dialog textarea, dialog input").first().fill("法院来函调卷，（2028）鹭湖法函 41 号");
        await page.locator("dialog .btn.primary").click();
        await page.waitForTimeout(400);
      }
      if (screen.press === "witness") {
        await page.locator(".signer .btn").first().click();
        await page.waitForTimeout(300);
      }
      if (screen.press === "seal") {
        await page.getByRole("button", { name: lang === "en" ? "Seal" : "盖章", exact: true }).click();
        await page.waitForTimeout(300);
      }
      if (screen.press === "lock") {
        await page.locator(".agreement-foot .btn").first().click();
        await page.waitForTimeout(300);
      }
      if (screen.press === "resend") {
        await page.locator(".person .actions .btn").first().click();
        await page.waitForTimeout(300);
      }
      if (["enter", "draft", "recording", "close", "leave", "row", "name", "seat", "adjourn"].includes(screen.press)) {
        await page.locator(".gate .btn.primary").click();
        await page.locator(".room-grid").waitFor();
        if (screen.press === "draft") {
          await page.locator("#room-panel-agreement").click();
          await page.locator(".clause-button").nth(4).click();
        }
        if (screen.press === "seat") await page.locator(".seat-name").last().click();
        if (screen.press === "close") {
          await page.locator(".room-head .btn").last().click();
          await page.locator("dialog select").selectOption("agreed");
        }
        if (screen.press === "adjourn") await page.getByRole("button", { name: lang === "en" ? "Adjourn" : "休会" }).click();
        if (screen.press === "leave") await page.locator(".room-head .back").click();
        if (screen.press === "row") await page.locator(".seat-line .btn").first().click();
        if (screen.press === "name") {
          await page.locator(".seat-name").last().click();
          await page.locator(".seat-acts .btn").last().click();
        }
        if (screen.press === "recording") await page.locator(".tag-button").click();
        await page.waitForTimeout(700);
      }
      await page.waitForTimeout(250);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) console.log(`${name} ${size} ${lang}: ${wide} px too wide`);
      await page.screenshot({ path: `${out}/${name}-${size}-${lang}.png`, fullPage: size === "phone" || screen.full === true });
      if (AXE) {
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const each of violations) console.log(`${name} ${size} ${lang}: ${each.impact} ${each.id}: ${each.nodes.map((node) => node.html.slice(0, 140)).slice(0, 3).join(" | ")}`);
      }
      await page.close();
    }
  }
}
await browser.close();
await server.close();
