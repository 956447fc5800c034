import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SEAT } from "../dev/samples.ts";
import App from "../src/App.vue";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

const LOST = new TypeError("Failed to fetch dynamically imported module");
vi.mock("../src/screens/Sign.vue", () => { throw LOST; });
vi.mock("../src/app.ts", () => { throw LOST; });

const reloads = (): number => vi.mocked(window.location.reload).mock.calls.length;
beforeEach(() => { vi.spyOn(window.location, "reload").mockReturnValue(); });
afterEach(() => {
  clear();
  document.body.replaceChildren();
  localStorage.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Answers every request with the seat. */
function answering(): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(SEAT))));
  vi.stubGlobal("RTCPeerConnection", function peer() {});
  vi.stubGlobal("isSecureContext", true);
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: () => undefined }, configurable: true });
}
/** Puts the part of the link page that its script needs into the document, and starts the script. */
async function landing(): Promise<void> {
  answering();
  document.body.dataset["state"] = "open";
  const boxes = [1, 2, 3, 4].map(() => '<input class="digit">').join("");
  document.body.innerHTML = `<button data-tool="read" hidden><span></span></button><form><fieldset><div>${boxes}</div></fieldset><p id="digits-note"></p></form>`;
  vi.resetModules();
  await import("../src/join.ts");
}
async function digits(): Promise<void> {
  const box = document.querySelector<HTMLInputElement>(".digit");
  if (box === null) throw new Error("no box");
  box.value = "0001";
  box.dispatchEvent(new Event("input"));
  await settle();
  await vi.waitFor(() => { expect(document.querySelector("form button")).not.toBeNull(); });
}

/** Puts the page of a locked link into the document, and starts the script on the phone that gave the digits to `seat`. */
async function lockedLanding(seat: string): Promise<void> {
  answering();
  localStorage.setItem("heyi-seat", seat);
  document.body.dataset["state"] = "locked";
  document.body.innerHTML = "<main><div data-state-text>锁上了</div></main>";
  vi.resetModules();
  await import("../src/join.ts");
}

describe("a link that a stranger locked", () => {
  const own = location.pathname.split("/").pop() ?? "";
  it("is opened again for who sits there, and says so when the room does not come", async () => {
    await lockedLanding(own);
    await vi.waitFor(() => { expect(document.querySelector("[data-state-text]")?.textContent).toContain("没有打开全"); });
    await tap(document.body, "再打开一次");
    expect(reloads()).toBe(1);
  });
  it("stays locked for everybody else", async () => {
    await lockedLanding(`${own}-other`);
    await settle();
    expect(document.body.textContent).toBe("锁上了");
  });
});

describe("reading aloud", () => {
  it.each([[true, false], [false, true]])("is offered on the link page where the phone can speak (%s)", async (speaks, hidden) => {
    if (speaks) vi.stubGlobal("speechSynthesis", {});
    await landing();
    expect(document.querySelector<HTMLElement>("[data-tool='read']")?.hidden).toBe(hidden);
    expect(document.documentElement.dataset["ready"]).toBe("");
  });
});

describe("a part of the app that does not come", () => {
  it.each(["sign", "signLater"])("leaves no empty page in %s, and the page can be opened again", async (name) => {
    const { root } = show(App, await roomIn(name));
    await vi.waitFor(() => { expect(root.textContent).toContain("这一页没有取到"); });
    expect(root.querySelector("a[href^='tel:']")).not.toBeNull();
    await tap(root, "再打开一次");
    expect(reloads()).toBe(1);
  });
  it("of the room, after the digits, is fetched again by opening the link page again", async () => {
    await landing();
    await digits();
    expect(document.body.textContent).toContain("没有打开全。请看看网络，再打开一次。");
    expect(document.querySelector("fieldset")?.hidden).toBe(true);
    await tap(document.body, "再打开一次");
    expect(reloads()).toBe(1);
  });
  it("of the room, for who comes back, is too", async () => {
    localStorage.setItem("heyi-seat", location.pathname.split("/").pop() ?? "");
    await landing();
    await vi.waitFor(() => { expect(document.querySelector("form button")?.textContent).toBe("再打开一次"); });
  });
});
