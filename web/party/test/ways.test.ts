import type { SeatView } from "@heyi/core";
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
  ["signRefused", NotSigning],
];

describe("the ways beside mediation", () => {
  it.each(SCREENS)("name arbitration only where the dispute is one for it (%s)", async (name, screen) => {
    const said = async (arbitration: SeatView["arbitration"]): Promise<string> => {
      const room = await roomIn(name);
      room.state.value = { ...room.state.value, seat: { ...room.seat, arbitration } };
      return show(screen, room).root.textContent;
    };
    expect(await said("labour")).toContain("申请劳动争议仲裁");
    expect(await said("agreed")).toContain("去法院（约定过仲裁的去仲裁）");
    expect(await said("none")).not.toContain("仲裁");
    expect(await said("none")).toContain("去法院");
    expect(await said("none")).not.toContain("{ways}");
  });
  it("are those of the dispute once it has failed, as the committee's law tells them", async () => {
    const room = await roomIn("stopped");
    const { root } = show(Ended, room);
    expect(room.seat.ended?.remedies).toContain("申请劳动争议仲裁；");
    for (const line of room.seat.ended?.remedies ?? []) expect(root.textContent).toContain(line);
  });
});
