import { afterEach, describe, expect, it } from "vitest";
import type { Component } from "vue";
import Declined from "../src/screens/Declined.vue";
import Ended from "../src/screens/Ended.vue";
import Invitation from "../src/screens/Invitation.vue";
import NotSigning from "../src/screens/NotSigning.vue";
import { clear, roomIn, show } from "./stage.ts";

afterEach(clear);

const SCREENS: readonly (readonly [string, Component])[] = [
  ["invitation", Invitation],
  ["declined", Declined],
  ["stopped", Ended],
  ["signRefused", NotSigning],
];

describe("the ways beside mediation", () => {
  it.each(SCREENS)("name arbitration only where the dispute is one for it (%s)", async (name, screen) => {
    const said = async (arbitration: boolean): Promise<string> => {
      const room = await roomIn(name);
      room.state.value = { ...room.state.value, seat: { ...room.seat, arbitration } };
      return show(screen, room).root.textContent;
    };
    expect(await said(true)).toContain("仲裁");
    expect(await said(false)).not.toContain("仲裁");
    expect(await said(false)).toContain("去法院");
    expect(await said(false)).not.toContain("{ways}");
  });
});
