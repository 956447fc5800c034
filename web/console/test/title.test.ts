import { afterEach, describe, expect, it } from "vitest";
import { setLang } from "../src/i18n.ts";
import { ownTitle } from "../src/parts/ownTitle.ts";

afterEach(() => setLang("zh-CN"));

describe("the own role", () => {
  const staff = { title: "人民调解员", roles: ["mediator", "recorder"] } as const;
  it("is the title, but in English the roles where the title is Chinese", () => {
    expect(ownTitle(staff)).toBe("人民调解员");
    setLang("en");
    expect(ownTitle(staff)).toBe("Mediator, Recorder");
    expect(ownTitle({ ...staff, title: "Senior mediator" })).toBe("Senior mediator");
  });
});
