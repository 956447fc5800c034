import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp, type App } from "vue";
import { PACK } from "../dev/samples.ts";
import PersonalStatus from "../src/cases/PersonalStatus.vue";
import { setLang } from "../src/i18n.ts";
import { pack } from "../src/session.ts";

let app: App | null = null;
beforeEach(() => {
  setLang("zh-CN");
  pack.value = PACK;
});
afterEach(() => {
  app?.unmount();
  app = null;
});

/** Returns what the registration form says of personal status for this kind of dispute. */
function asked(dispute_type: string, given: boolean | null = null): HTMLElement {
  const root = document.createElement("div");
  app = createApp(PersonalStatus, { disputeType: dispute_type, modelValue: given });
  app.mount(root);
  return root;
}

describe("personal status in the registration", () => {
  it("is not asked where the kind of dispute says it", () => {
    expect(asked("02").querySelectorAll("input")).toHaveLength(0);
    const family = asked("01");
    expect(family.querySelectorAll("input")).toHaveLength(0);
    expect(family.textContent).toContain("要在纸上签（电子签名法第三条）");
  });
  it("is asked where it leaves it open, and where it was once answered yes", () => {
    expect(asked("99").textContent).toContain("谁继承遗产");
    expect(asked("02", true).querySelectorAll("input")[1]?.checked).toBe(true);
  });
});
