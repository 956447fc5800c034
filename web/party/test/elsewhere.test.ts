import { afterEach, expect, it } from "vitest";
import { h } from "vue";
import { SEAT } from "../dev/samples.ts";
import { readableText } from "../src/speak.ts";
import SignElsewhere from "../src/screens/SignElsewhere.vue";
import { clear, roomIn, show } from "./stage.ts";

afterEach(clear);

it.each([
  ["zh-CN", `您说：“本人${SEAT.person_name}，同意上述协议”`],
  ["en", `You say: “I, ${SEAT.person_name}, agree to this agreement”`],
])("who cannot write sees and hears the sentence with the own name (%s)", async (lang, sentence) => {
  const screen = () => h(SignElsewhere, { route: "witnessed" });
  const { root } = show(screen, await roomIn("signWitnessed", lang));
  expect(root.textContent).toContain(sentence);
  expect(readableText(root)).toContain(sentence);
});
