import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type Bytes, utf8 } from "../src/bytes.ts";
import { RefusedError, fromFolder, fromZip } from "../src/files.ts";

const zip = (names: Record<string, Uint8Array>, level: 0 | 6 = 0): Bytes => Uint8Array.from(zipSync(names, { level }));

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof RefusedError ? error.code : String(error);
  }
  return "read";
}

describe("what comes out of a ZIP", () => {
  it("is every file below the one folder, stored or packed", () => {
    const given = { "record-1/a.txt": utf8("a"), "record-1/log/b.txt": utf8("b".repeat(500)) };
    for (const level of [0, 6] as const) {
      expect([...fromZip(zip(given, level)).keys()]).toEqual(["a.txt", "log/b.txt"]);
    }
  });

  it.each(["../../etc/passwd", "r/../../x", "/etc/passwd", "C:/x", "r\\..\\x", "r/./x", "r//x", "r/\u0007"])(
    "is nothing when %j stands in it",
    (name) => {
      expect(refusal(() => fromZip(zip({ [name]: utf8("x") })))).toBe("unsafe_names");
    },
  );

  it("is nothing where two files have one name, in different folders or the same", () => {
    expect(refusal(() => fromZip(zip({ "a/x": utf8("1"), "b/x": utf8("2") })))).toBe("names_twice");
    const twice = zip({ "a/x1": utf8("1"), "a/x2": utf8("2") });
    for (let at = 0; at < twice.length; at++) {
      if (String.fromCharCode(...twice.subarray(at, at + 4)) === "a/x2") twice[at + 3] = "1".charCodeAt(0);
    }
    expect(refusal(() => fromZip(twice))).toBe("names_twice");
  });

  it("is nothing where there are too many files", () => {
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`r/${n}`, new Uint8Array()]));
    expect(refusal(() => fromZip(zip(many)))).toBe("too_many");
  });

  it("is nothing where it would grow too large, before any of it is unpacked", () => {
    const packed = zip({ "r/bomb": new Uint8Array(1024) }, 6);
    const size = new DataView(packed.buffer);
    for (let at = 0; at < packed.length - 4; at++) {
      if (size.getUint32(at, true) === 0x02014b50) size.setUint32(at + 24, 300 * 1024 * 1024, true);
    }
    expect(refusal(() => fromZip(packed))).toBe("too_large");
  });

  it("is nothing where there is no ZIP", () => {
    expect(refusal(() => fromZip(utf8("text")))).toBe("not_a_package");
    expect(refusal(() => fromZip(new Uint8Array()))).toBe("not_a_package");
  });
});

describe("what comes out of a folder", () => {
  it("is every file below it", async () => {
    const file = new File(["x"], "a.txt");
    Object.defineProperty(file, "webkitRelativePath", { value: "record-1/log/a.txt" });
    expect([...(await fromFolder([file]))]).toEqual([["log/a.txt", utf8("x")]]);
  });
});
