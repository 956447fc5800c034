import { describe, expect, it } from "vitest";
import { advance, begin, firstStep } from "../src/machine.ts";
import { seatView } from "./samples.ts";

describe("a link opened again after the sitting was adjourned", () => {
  const given = seatView().consents.map((consent) => ({ ...consent, answer: true }));
  const consents = [...given, ...given.map((each) => ({ ...each, scope: "recording", ends_online: false, answer: null }))];
  const resting = seatView({ answer: "accepted", session_state: "scheduled", rests: true, consents });
  it("asks nothing before the day of the next one", () => {
    expect(firstStep(resting)).toBe("papers");
    expect(firstStep({ ...resting, rests: false })).toBe("consents");
  });
  it("asks who has answered nothing yet, and shows who refused the online way what happens instead", () => {
    expect(firstStep({ ...resting, consents: consents.map((each) => ({ ...each, answer: null })) })).toBe("consents");
    expect(firstStep({ ...resting, consents: consents.map((each) => ({ ...each, ends_online: true, answer: false })) })).toBe("consents");
  });
  it("goes on by itself once the day has come", () => {
    const [then] = advance(begin(resting), { is: "seat", seat: { ...resting, rests: false } });
    expect(then.step).toBe("consents");
  });
});
