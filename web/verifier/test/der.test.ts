import { describe, expect, it } from "vitest";
import { hex, unhex } from "../src/bytes.ts";
import { OCTETS, SEQUENCE, SET, der, elements, part, setOf } from "../src/der.ts";

describe("DER", () => {
  it.each([0, 1, 127, 128, 255, 256, 65_536])("of %i bytes is put together and taken apart alike", (length) => {
    const made = der(SEQUENCE, der(OCTETS, new Uint8Array(length)));
    const [outer] = elements(made, 1);
    const [inner] = elements(part(outer, SEQUENCE), 1);
    expect(part(inner, OCTETS)).toHaveLength(length);
  });

  it("has the lengths that X.690 prints", () => {
    expect(hex(der(OCTETS, new Uint8Array(201))).slice(0, 6)).toBe("0481c9");
    expect(hex(der(OCTETS, new Uint8Array(435))).slice(0, 8)).toBe("048201b3");
  });

  it("orders a set by its bytes", () => {
    expect(hex(setOf(SET, [unhex("0402"), unhex("0401ff"), unhex("0400")]))).toBe("3107040004" + "01ff0402");
  });

  it("is none that ends early or has another tag", () => {
    for (const cut of ["30", "3005", "300504", "30820001"]) expect(() => elements(unhex(cut))).toThrow();
    expect(() => part(elements(unhex("0400"))[0], SEQUENCE)).toThrow();
    expect(() => elements(unhex("04000400"), 1)).toThrow();
  });
});
