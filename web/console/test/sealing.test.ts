import { describe, expect, it } from "vitest";
import { RELEASED, SIGNED, TO_RELEASE } from "../dev/papers.ts";
import { isReleased, ownPart } from "../src/agreement/sealing.ts";

const MEDIATOR = { release: true, seal: false };
const HEAD = { release: false, seal: true };
const NOBODY = { release: false, seal: false };

describe("one's own part in the seal", () => {
  it("is the head's alone where one person seals", () => {
    expect([ownPart(SIGNED, HEAD), ownPart(SIGNED, MEDIATOR)]).toEqual(["seal", null]);
  });
  it("is the mediator's first where two seal, and the head learns why he waits", () => {
    expect([ownPart(TO_RELEASE, MEDIATOR), ownPart(TO_RELEASE, HEAD), ownPart(TO_RELEASE, NOBODY)]).toEqual(["release", "notReleased", null]);
  });
  it("is the head's after the release, never whoever released it", () => {
    const byAnother = { ...RELEASED, sealing: { ...RELEASED.sealing, released_by_me: false } };
    expect([ownPart(byAnother, HEAD), ownPart(byAnother, MEDIATOR)]).toEqual(["seal", null]);
    expect([ownPart(RELEASED, MEDIATOR), ownPart(RELEASED, { release: true, seal: true })]).toEqual([null, "releasedIt"]);
  });
  it("is finishing a record that was not written, and nothing once it is", () => {
    const begun = { ...RELEASED, seal_waits: true, sealing: { ...RELEASED.sealing, awaited: null } };
    expect([ownPart(begun, HEAD), ownPart(begun, MEDIATOR)]).toEqual(["finish", null]);
    expect(ownPart({ ...begun, seal_waits: false, state: "sealed" }, HEAD)).toBeNull();
  });
  it("is none before everybody has signed", () => {
    const early = { ...TO_RELEASE, sealing: { ...TO_RELEASE.sealing, awaited: null } };
    expect([ownPart(early, HEAD), ownPart(early, MEDIATOR)]).toEqual([null, null]);
  });
});

it("a release that has ended is none to take back", () => {
  expect([SIGNED, TO_RELEASE, RELEASED].map((each) => isReleased(each.sealing))).toEqual([false, false, true]);
  expect(isReleased({ ...RELEASED.sealing, awaited: "release", expired: true })).toBe(false);
});
