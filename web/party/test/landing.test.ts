import { afterEach, expect, it, vi } from "vitest";
import { settle } from "./stage.ts";

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

it("names with the digits which words of the privacy notice stood above them", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", (_path: string, ask: RequestInit) => {
    sent.push(JSON.parse(String(ask.body)));
    return Promise.resolve(new Response(JSON.stringify({ code: "wrong_code", facts: { left: 4 } })));
  });
  vi.stubGlobal("RTCPeerConnection", function peer() {});
  vi.stubGlobal("isSecureContext", true);
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: () => undefined }, configurable: true });
  document.body.dataset["state"] = "open";
  const boxes = [1, 2, 3, 4].map(() => '<input class="digit">').join("");
  document.body.innerHTML = `<form data-notice="5e1c"><fieldset><div>${boxes}</div></fieldset><p id="digits-note"></p></form>`;
  await import("../src/join.ts");
  const box = document.querySelector<HTMLInputElement>(".digit");
  if (box === null) throw new Error("no box");
  box.value = "0001";
  box.dispatchEvent(new Event("input"));
  await settle();
  expect(sent.at(-1)).toEqual({ token: expect.any(String) as string, digits: "0001", notice: "5e1c" });
});
