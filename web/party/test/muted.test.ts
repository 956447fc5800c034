import { afterEach, expect, it } from "vitest";
import Joint from "../src/screens/Joint.vue";
import { clear, roomIn, show } from "./stage.ts";

afterEach(clear);

async function captions(lang = "zh-CN"): Promise<readonly string[]> {
  const { root } = show(Joint, await roomIn("jointMuted", lang));
  return [...root.querySelectorAll("figcaption")].map((each) => each.textContent.trim());
}

it("who switched the microphone off is told below his picture, and nobody else is", async () => {
  const said = await captions();
  expect(said.find((each) => each.includes("林启航"))).toContain("声音关了");
  expect(said.find((each) => each.includes("苏慧珍"))).not.toContain("声音关了");
  expect((await captions("en")).find((each) => each.includes("林启航"))).toContain("Sound off");
});

it("nor does his picture say that sound comes where both are lacking", async () => {
  const room = await roomIn("jointMuted");
  const { snapshot } = room.state.value;
  if (snapshot === null) throw new Error("no room");
  const slots = snapshot.slots.map((slot) => ({ ...slot, video: slot.seat !== "p2" }));
  room.state.value = { ...room.state.value, snapshot: { ...snapshot, slots } };
  const { root } = show(Joint, room);
  expect(root.querySelector(".tile-stopped")?.textContent).not.toContain("有声音");
});
