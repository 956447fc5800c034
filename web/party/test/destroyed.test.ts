import { afterEach, describe, expect, it } from "vitest";
import Ended from "../src/screens/Ended.vue";
import { clear, roomIn, show } from "./stage.ts";

afterEach(clear);

describe("a case whose papers were destroyed, with a text that was never sealed", () => {
  it.each([
    ["zh-CN", ["2036 年 1 月 1 日 已经销毁", "请打下面的电话"], "不谈也没关系"],
    ["en", ["destroyed on 2036-01-01", "ring the number below"], "That is quite all right"],
  ])("says in %s on which day, and whom to ask", async (lang, said, otherwise) => {
    const room = await roomIn("destroyed", lang);
    expect(room.screen.value).toBe("ended");
    const { root } = show(Ended, room);
    for (const words of said) expect(root.textContent).toContain(words);
    expect(root.textContent).not.toContain(otherwise);
    expect(root.querySelector("a[href^='tel:']")).not.toBeNull();
  });
});
