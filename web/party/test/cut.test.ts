import { afterEach, describe, expect, it, vi } from "vitest";
import type { PartyEvent } from "@heyi/core";
import { SEAT } from "../dev/samples.ts";
import App from "../src/App.vue";
import { clear, roomIn, settle, show, tap } from "./stage.ts";

afterEach(() => {
  clear();
  vi.restoreAllMocks();
});

const reloads = (): number => vi.mocked(window.location.reload).mock.calls.length;

async function after(event: PartyEvent, lang = "zh-CN"): Promise<HTMLElement> {
  const { root, room } = show(App, await roomIn("joint", lang));
  expect(root.textContent).toContain(lang === "en" ? "hear" : "能听到您的：");
  room.put(event);
  await settle();
  vi.spyOn(window.location, "reload").mockReturnValue();
  return root;
}

describe("a phone that is let in no more", () => {
  it("says that nobody hears, and why, with a way back in", async () => {
    const root = await after({ is: "signedOut", reason: "forbidden" });
    expect(root.textContent).toContain("现在进不去");
    expect(root.textContent).toContain("forbidden");
    expect(root.textContent).toContain("现在没有人能听到您、看到您");
    expect(root.textContent).not.toContain("能听到您的：");
    await tap(root, "再进一次");
    expect(reloads()).toBe(1);
  });
  it("asks for the digits where it was silent for long", async () => {
    const root = await after({ is: "parted", reason: "signed_out" });
    expect(root.textContent).toContain("太久没动，请再输一次手机号后四位。");
    expect(root.querySelector(".sheet")).toBeNull();
    await tap(root, "再输一次");
    expect(reloads()).toBe(1);
  });
  it.each(["link_ended", "revoked"])("does not say that it was silent where the link is no good any more (%s)", async (reason) => {
    const root = await after({ is: "parted", reason });
    expect(root.textContent).toContain("这个链接不能用了");
    expect(root.textContent).not.toContain("太久没动");
    expect(root.textContent).toContain(SEAT.office_phone);
  });
  it("goes on for a screen reader at the new screen's heading", async () => {
    const root = await after({ is: "parted", reason: "link_ended" });
    expect(document.activeElement).toBe(root.querySelector("h1"));
  });
  it("says it in English too", async () => {
    expect((await after({ is: "parted", reason: "link_ended" }, "en")).textContent).toContain("This link can no longer be used");
  });
});
