import { describe, expect, it } from "vitest";
import { Refused } from "../src/api/client.ts";
import { newCase } from "../src/cases/draft.ts";
import { faultsOf } from "../src/cases/faults.ts";

describe("faults of a registration", () => {
  const fields = ["matter", "parties.0.people.0.name", "parties.0.name", "parties.1.people.0.name"].map((field) => ({ field, reason: "missing" }));
  it("are counted where they are shown: a natural person's name once", () => {
    const faults = faultsOf({ ...newCase("2025-03-12"), dispute_type: "10" }, new Refused("invalid_value", { fields }, 422));
    expect(Object.keys(faults).sort()).toEqual(["matter", "parties.0.name", "parties.1.name"]);
  });
  it("name the dispute type among the first, not after all others are mended", () => {
    const faults = faultsOf(newCase("2025-03-12"), new Refused("invalid_value", { fields }, 422));
    expect(faults["dispute_type"]).toBe("请从列表里选。");
  });
  it("are none where the refusal is of no field", () => {
    expect(faultsOf(newCase("2025-03-12"), new Refused("offline", {}, 0))).toEqual({});
  });
});
