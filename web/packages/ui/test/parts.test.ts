import axe from "axe-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, h, nextTick, reactive, ref, type App, type Component } from "vue";
import { AudienceLine, Btn, Digits, Field, ICONS, Lamp, Notice, Sheet, Steps, Tile, Toolbar, WaitRing } from "../src/index.ts";

let app: App | null = null;

function show(part: Component, props: Record<string, unknown> = {}, inside = "说明"): HTMLElement {
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  app = createApp({ render: () => h(part, props, { default: () => inside }) });
  app.mount(root);
  return root;
}
afterEach(() => {
  app?.unmount();
  app = null;
});

/** Rules that need layout or a whole page cannot be judged here; they are judged in a browser. */
async function faults(root: HTMLElement): Promise<string[]> {
  const found = await axe.run(root, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.map((violation) => `${violation.id}: ${violation.help}`);
}

const PARTS: readonly (readonly [string, Component, Record<string, unknown>])[] = [
  ["button", Btn, { kind: "primary", icon: "tick" }],
  ["blocked button", Btn, { kind: "primary", blocked: "还差验证码" }],
  ["field", Field, { modelValue: "", label: "原因", wrong: "太长" }],
  ["text field", Field, { modelValue: "", label: "原因", rows: 3, hint: "例如" }],
  ["digits", Digits, { modelValue: "12", count: 4, label: "后四位", boxLabel: (n: number) => `第 ${n} 位` }],
  ["wrong digits", Digits, { modelValue: "", count: 6, label: "验证码", boxLabel: (n: number) => `第 ${n} 位`, wrong: "不对" }],
  ["sheet", Sheet, { title: "要离开吗？", closeWord: "关上" }],
  ["audience line", AudienceLine, { tone: "joint", heard: true, text: "能听到您的：苏调解员", listWord: "看名单" }],
  ["lamp", Lamp, { state: "isolated", title: "对方听不到", text: "10:02" }],
  ["tile", Tile, { name: "林启航", role: "恒筑公司", speaking: "正在说话", stopped: "画面暂停" }],
  ["toolbar", Toolbar, { label: "房间", items: [{ id: "m", icon: "mic", word: "声音开着", on: true }] }],
  ["steps", Steps, { current: 2, total: 6 }],
  ["notice", Notice, { tone: "weak", icon: "warn" }],
  ["waiting ring", WaitRing, { minutes: 7, announced: 10, before: "已等", after: "分钟" }],
];

describe("accessible by themselves", () => {
  it.each(PARTS)("%s", async (_name, part, props) => {
    expect(await faults(show(part, props))).toEqual([]);
  });
});

describe("button", () => {
  it("stays focusable while blocked, says why, and does nothing", () => {
    const tap = vi.fn();
    const root = show(Btn, { blocked: "还差 2 项", onTap: tap });
    const button = root.querySelector("button") as HTMLButtonElement;
    button.click();
    expect(tap).not.toHaveBeenCalled();
    expect(button.disabled).toBe(false);
    const reason = document.getElementById(button.getAttribute("aria-describedby") ?? "");
    expect(reason?.textContent).toBe("还差 2 项");
  });
});

describe("digits", () => {
  const typed = (root: HTMLElement, at: number, text: string): void => {
    const box = root.querySelectorAll("input")[at] as HTMLInputElement;
    box.value = text;
    box.dispatchEvent(new Event("input"));
  };
  it("takes a whole code that was pasted or offered by the phone", async () => {
    const full = vi.fn();
    const root = show(Digits, { modelValue: "", count: 6, label: "验证码", boxLabel: String, onFull: full });
    typed(root, 0, "407218");
    await nextTick();
    expect(full).toHaveBeenCalledWith("407218");
  });
  /** Boxes whose code the page keeps, as every page does. */
  function kept(code: string): { root: HTMLElement; shown: () => string[]; model: { value: string } } {
    const model = ref(code);
    const keep = (value: string): void => { model.value = value; };
    const props = reactive({ modelValue: model, count: 6, label: "验证码", boxLabel: String, "onUpdate:modelValue": keep });
    const root = show(Digits, props);
    return { root, model, shown: () => [...root.querySelectorAll("input")].map((box) => box.value) };
  }
  it.each([
    ["3", "123456"],
    ["7", "127456"],
  ])("keeps every other figure where it was when one is corrected: %s", async (figure, code) => {
    const { root, shown, model } = kept("123456");
    typed(root, 2, "");
    await nextTick();
    expect(shown()).toEqual(["1", "2", "", "4", "5", "6"]);
    expect(model.value).toHaveLength(5);
    typed(root, 2, figure);
    await nextTick();
    expect([shown().join(""), model.value]).toEqual([code, code]);
  });
  it.each(["43", "34", "3"])("takes the newer of two figures in one box: %s", async (text) => {
    const { root, shown } = kept("124456");
    typed(root, 2, text);
    await nextTick();
    expect(shown().join("")).toBe("123456");
  });
  it.each([
    [2, "98", "129856"],
    [4, "98765", "123498"],
    [4, "407 218", "407218"],
    [1, "nothing", "123456"],
  ])("puts pasted figures where they were pasted, a whole code everywhere: box %i, %s", async (at, text, code) => {
    const { root, shown } = kept("123456");
    const event = Object.assign(new Event("paste"), { clipboardData: { getData: () => text } });
    root.querySelectorAll("input")[at]?.dispatchEvent(event);
    await nextTick();
    expect(shown().join("")).toBe(code);
  });
  it("goes back over a box that is empty, and is emptied by the page", async () => {
    const { root, shown, model } = kept("1234");
    root.querySelectorAll("input")[4]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Backspace" }));
    await nextTick();
    expect(shown().join("")).toBe("123");
    model.value = "";
    await nextTick();
    expect(shown().join("")).toBe("");
  });
  it("lets nothing but figures in", () => {
    const changed = vi.fn();
    const root = show(Digits, { modelValue: "", count: 4, label: "后四位", boxLabel: String, "onUpdate:modelValue": changed });
    typed(root, 0, "a7b");
    expect(changed).toHaveBeenLastCalledWith("7");
  });
  it("takes the full-width figures of a Chinese input method", () => {
    const changed = vi.fn();
    const root = show(Digits, { modelValue: "", count: 4, label: "后四位", boxLabel: String, "onUpdate:modelValue": changed });
    typed(root, 0, "７");
    expect(changed).toHaveBeenLastCalledWith("7");
  });
});

describe("sheet", () => {
  it("takes the focus, keeps it inside, and closes with Escape", async () => {
    const close = vi.fn();
    const root = show(Sheet, { title: "要离开吗？", closeWord: "关上", onClose: close });
    await nextTick();
    const panel = root.querySelector("[role=dialog]") as HTMLElement;
    expect(document.activeElement).toBe(panel);
    panel.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(close).toHaveBeenCalled();
  });
});

/** A page with a button, a place that tells what happens, and up to two sheets, one of them deep inside. */
async function behindSheets(open: { inner: boolean; outer: boolean; more: boolean }): Promise<HTMLElement> {
  const sheet = (): ReturnType<typeof h> => h(Sheet, { title: "要离开吗？", closeWord: "关上" });
  const root = show(() => [
    h("div", { id: "screen" }, [h("header", [h("button", "离开")]), open.inner ? sheet() : null]),
    open.more ? h("div", { id: "more" }) : null,
    h("p", { id: "told", "aria-live": "polite" }),
    open.outer ? sheet() : null,
  ]);
  await nextTick();
  return root;
}
const covered = (root: HTMLElement, attribute = "inert"): string[] =>
  [...root.querySelectorAll(`[${attribute}]`)].filter((each) => each.closest(".icon") === null).map((each) => each.id || each.localName);

describe("what is behind a sheet", () => {
  it("is out of reach, but for what is told, and free again when the sheet goes; the opener has the focus", async () => {
    const open = reactive({ inner: false, outer: false, more: false });
    const root = await behindSheets(open);
    const opener = root.querySelector("button") as HTMLButtonElement;
    opener.focus();
    open.inner = true;
    await nextTick();
    expect(covered(root)).toEqual(["header"]);
    open.inner = false;
    await nextTick();
    expect(covered(root)).toEqual([]);
    expect(document.activeElement).toBe(opener);
  });
  it("is all but the uppermost of two, and what comes meanwhile too", async () => {
    const open = reactive({ inner: true, outer: false, more: false });
    const root = await behindSheets(open);
    open.outer = true;
    await nextTick();
    expect(covered(root)).toEqual(["screen"]);
    open.more = true;
    await nextTick();
    await nextTick();
    expect(covered(root)).toEqual(["screen", "more"]);
    open.outer = false;
    await nextTick();
    expect(covered(root)).toEqual(["header", "more"]);
  });
  it("is hidden from screen readers by engines that know no inert", async () => {
    const known = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "inert");
    Reflect.deleteProperty(HTMLElement.prototype, "inert");
    const open = reactive({ inner: true, outer: false, more: false });
    const root = await behindSheets(open);
    expect([covered(root), covered(root, "aria-hidden")]).toEqual([[], ["header"]]);
    if (known) Object.defineProperty(HTMLElement.prototype, "inert", known);
  });
});

describe("icons", () => {
  it("stay inside their 24 grid", () => {
    for (const [name, paths] of Object.entries(ICONS)) {
      const starts = paths.flatMap((path) => [...path.matchAll(/[ML](-?[\d.]+)[ ,](-?[\d.]+)/g)].flatMap((hit) => [Number(hit[1]), Number(hit[2])]));
      expect([name, starts.every((value) => value >= 0 && value <= 24)]).toEqual([name, true]);
    }
  });
});
