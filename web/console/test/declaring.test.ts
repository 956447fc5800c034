import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, nextTick, reactive, ref, shallowRef } from "vue";
import { SPOKEN } from "../dev/papers.ts";
import WitnessSheet from "../src/agreement/WitnessSheet.vue";
import { DESK } from "../src/agreement/desk.ts";
import type { SignatureView } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";

type Taping = SignatureView["taping"];
let unmount = (): void => undefined;

interface Shown {
  readonly sheet: HTMLElement;
  readonly said: unknown[];
  readonly loads: () => number;
  tape(taping: Taping): Promise<void>;
}

function show(taping: Taping, { part = "record", well = true } = {}): Shown {
  const root = document.createElement("div");
  document.body.append(root);
  const said: unknown[] = [];
  let loads = 0;
  const first = SPOKEN.signatures[0];
  if (first === undefined) throw new Error("nobody signs");
  const props = reactive({ signature: { ...first, taping }, part });
  const desk = {
    error: shallowRef(null),
    busy: ref(""),
    declare: (one: unknown) => { said.push(one); return Promise.resolve(well); },
    load: () => { loads += 1; return Promise.resolve(); },
  };
  const app = createApp({ render: () => h(WitnessSheet as never, props) });
  app.provide(DESK, desk as never);
  app.mount(root);
  unmount = () => { app.unmount(); root.remove(); };
  const tape = async (next: Taping): Promise<void> => { props.signature = { ...first, taping: next }; await nextTick(); };
  return { sheet: document.body, said, loads: () => loads, tape };
}
const confirm = async (sheet: HTMLElement): Promise<void> => {
  sheet.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await nextTick();
  await nextTick();
};
const told = (sheet: HTMLElement): string => sheet.querySelector(".notice[role=status]")?.textContent.trim() ?? "";
afterEach(() => { unmount(); setLang("zh-CN"); });

describe("who writes a declaration down", () => {
  it("is told before he confirms whether it is recorded, in both languages", () => {
    const words: [Taping, string, string][] = [
      ["on", "现在正在录音录像，陈水根说的话会录下来", "being recorded now"],
      ["ended", "已经停了；停了以后说的没有录下来", "it has stopped"],
      ["none", "陈水根说的话没有录下来，档案里会写明没有录", "the record will say so"],
      ["no_sitting", "定稿以后没有开过视频调解", "No video session was open"],
    ];
    for (const [taping, zh, en] of words) {
      const { sheet } = show(taping);
      expect(told(sheet)).toContain(zh);
      unmount();
      setLang("en");
      expect(told(show(taping).sheet)).toContain(en);
      unmount();
      setLang("zh-CN");
    }
  });
  it("hears of it when that changes, and confirms what he was told last", async () => {
    const shown = show("on");
    await shown.tape("ended");
    expect(told(shown.sheet)).toContain("已经停了");
    await confirm(shown.sheet);
    expect(shown.said).toEqual([{ signer: SPOKEN.signatures[0]?.signer, way: "video", taping: "ended", witnesses: [] }]);
    expect(shown.loads()).toBe(0);
  });
  it("looks again where the server refuses", async () => {
    const shown = show("on", { well: false });
    await confirm(shown.sheet);
    expect(shown.loads()).toBe(1);
  });
  it("begins with another way where there was no video, and may not choose it", async () => {
    const { sheet } = show("no_sitting");
    const pick = sheet.querySelector("select");
    expect(pick?.value).toBe("on_site");
    if (pick === null) throw new Error("no ways");
    pick.value = "video";
    pick.dispatchEvent(new Event("change"));
    await nextTick();
    expect(sheet.textContent).toContain("定稿以后没有开过视频调解，不能选“视频里”");
  });
  it("is told nothing of it as a witness, who names no recording", () => {
    expect(told(show("on", { part: "witness" }).sheet)).toBe("");
  });
});
