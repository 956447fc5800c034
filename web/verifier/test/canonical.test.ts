import { describe, expect, it } from "vitest";
import { unbase64, unhex, utf8 } from "../src/bytes.ts";
import { readObject } from "../src/canonical.ts";

describe("canonical JSON", () => {
  it.each(['{"a":1,"b":"和"}', "{}", '{"a":{"b":[null,true,"\\u0001\\n"]}}'])("is read: %s", (text) => {
    expect(readObject(utf8(text))).toEqual(JSON.parse(text));
  });

  it.each(['{"a":1,"a":1}', '{"a":2,"a":1}', '{"b":1,"a":1}', '{ "a":1}', '{"a":1.0}', '{"a":1e2}', "[]", "1", "null", "", '{"a":1.5}', '{"é":1}', '{"a\\n":1}'])(
    "is not: %s",
    (text) => {
      expect(readObject(utf8(text))).toBeNull();
    },
  );

  it("is no UTF-8 with a mark before it, nor anything that is none", () => {
    expect(readObject(utf8("\ufeff{}"))).toBeNull();
    expect(readObject(Uint8Array.of(0xff))).toBeNull();
  });
});

describe("digits", () => {
  it("are read strictly", () => {
    expect(unbase64("AAE=")).toEqual(Uint8Array.of(0, 1));
    for (const wrong of ["AAE", "AA E=", "AAE=\n", "A==="]) expect(() => unbase64(wrong), wrong).toThrow();
    for (const wrong of ["0", "AA", "0x"]) expect(() => unhex(wrong), wrong).toThrow();
  });
});
