import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, nextTick, type App, type Component } from "vue";
import { ON_PAPER, SIGNED } from "../dev/papers.ts";
import AgreementDesk from "../src/agreement/AgreementDesk.vue";
import { useAgreement } from "../src/agreement/desk.ts";
import { Refused, useTransport } from "../src/api/client.ts";
import { setLang, t, type Key } from "../src/i18n.ts";
import Trouble from "../src/parts/Trouble.vue";
import { shellZh } from "../src/strings/shell.zh.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  app = null;
  setLang("zh-CN");
});

function shown(part: Component, props: Record<string, unknown> = {}): HTMLElement {
  app?.unmount();
  app = createApp({ render: () => h(part, props) });
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  app.mount(root);
  return root;
}

describe("a refusal in words", () => {
  it("shows no code for a typo or whatever else its sentence explains", () => {
    for (const [code, facts] of [["wrong_code", {}], ["missing_steps", { missing: ["minutes"] }], ["invalid_value", { field: "file", reason: "not_a_scan" }], ["phone_number_invalid", {}], ["too_fast", {}]] as const)
      expect(shown(Trouble, { error: new Refused(code, facts, 422) }).textContent).not.toContain("代码");
  });
  it("shows it where the technician is to be told, and where no sentence is known", () => {
    const told = Object.entries(shellZh).filter(([key, text]) => key.startsWith("refusal.") && text.includes("技术人员"));
    expect(told.length).toBeGreaterThan(5);
    for (const [key] of told) {
      const code = key === "refusal.other" ? "never_heard_of" : key.replace("refusal.", "");
      expect(shown(Trouble, { error: new Refused(code, {}, 500) }).textContent).toContain(`代码：${code}`);
    }
  });
});

describe("a second factor that is asked for", () => {
  it.each(["zh-CN", "en"] as const)("is explained without naming one of the acts that ask for it (%s)", (lang) => {
    setLang(lang);
    expect(t("stepUpText" as Key)).not.toMatch(/签名|盖章|销毁|sign|seal|destr/iu);
  });
});

describe("a scan that is refused", () => {
  it("is told once, above the pages it was brought for", async () => {
    useTransport((method) => Promise.resolve(method === "get" ? { status: 200, json: ON_PAPER } : { status: 422, json: { code: "invalid_value", facts: { field: "file", reason: "not_a_scan" } } }));
    const desk = useAgreement("c5");
    await desk.load();
    const root = shown(AgreementDesk, { desk, view: null });
    await desk.bring(1, new File(["x"], "1.jpg"));
    await nextTick();
    const said = [...root.querySelectorAll("[role=alert]")];
    expect(said.map((each) => each.closest("section, aside")?.className)).toEqual(["card flush agreement-main"]);
    await desk.sign();
    await nextTick();
    expect([...root.querySelectorAll("[role=alert]")].map((each) => each.closest("aside") !== null)).toEqual([true]);
  });
});

describe("a seal that is refused", () => {
  it("is told once, below the button that was pressed", async () => {
    const facts = { field: "address", reason: "seal_characters", characters: "𬭚", codes: "U+2CB5A" };
    useTransport((method) => Promise.resolve(method === "get" ? { status: 200, json: SIGNED } : { status: 422, json: { code: "invalid_value", facts } }));
    const desk = useAgreement("c3");
    await desk.load();
    const root = shown(AgreementDesk, { desk, view: null });
    await desk.seal();
    await nextTick();
    const [said, ...more] = root.querySelectorAll("[role=alert]");
    expect(more).toEqual([]);
    expect(said?.closest("section")?.classList.contains("seal-part")).toBe(true);
    expect(said?.textContent).toContain("𬭚（U+2CB5A）");
  });
});
