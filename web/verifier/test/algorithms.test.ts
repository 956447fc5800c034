import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digested, fits, hashOf } from "../src/algorithms.ts";
import { type Bytes, hex, unhex, utf8 } from "../src/bytes.ts";

const bytes = (from: Buffer): Bytes => Uint8Array.from(from);
const key = (made: { publicKey: KeyObject }): Bytes => bytes(made.publicKey.export({ type: "spki", format: "der" }));
const MESSAGE = utf8("时间戳");
const OTHER = utf8("别的");
const RSA = "06092a864886f70d0101";

describe("algorithms of authorities from outside", () => {
  it("takes ECDSA on both curves by the hash that the algorithm names", async () => {
    const cases: [string, string, string][] = [
      ["P-256", "sha256", "300a06082a8648ce3d040302"],
      ["P-384", "sha384", "300a06082a8648ce3d040303"],
      ["P-384", "sha512", "300a06082a8648ce3d040304"],
    ];
    for (const [namedCurve, hash, algorithm] of cases) {
      const made = generateKeyPairSync("ec", { namedCurve });
      const signature = bytes(sign(hash, MESSAGE, made.privateKey));
      expect(await fits(key(made), unhex(algorithm), null, MESSAGE, signature)).toBe(true);
      expect(await fits(key(made), unhex(algorithm), null, OTHER, signature)).toBe(false);
    }
  });

  it("takes RSA, whose hash may be named beside it", async () => {
    const made = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signature = bytes(sign("sha512", MESSAGE, made.privateKey));
    expect(await fits(key(made), unhex(`300d${RSA}0d0500`), null, MESSAGE, signature)).toBe(true);
    expect(await fits(key(made), unhex(`300d${RSA}010500`), "SHA-512", MESSAGE, signature)).toBe(true);
    expect(await fits(key(made), unhex(`300d${RSA}010500`), "SHA-256", MESSAGE, signature)).toBe(false);
  }, 60_000);

  it("says that it does not know the others", async () => {
    const pss = unhex(`300d${RSA}0a0500`);
    expect(await fits(new Uint8Array(), pss, "SHA-256", MESSAGE, new Uint8Array())).toBeNull();
    const made = generateKeyPairSync("ec", { namedCurve: "P-521" });
    const signature = bytes(sign("sha512", MESSAGE, made.privateKey));
    expect(await fits(key(made), unhex("300a06082a8648ce3d040304"), null, MESSAGE, signature)).toBeNull();
    expect(hashOf(unhex("300d06096086480165030402080500"))).toBeNull();
    expect(hashOf(new Uint8Array())).toBeNull();
  });

  it("makes the digests that it names", async () => {
    for (const [oid, name] of [["01", "SHA-256"], ["02", "SHA-384"], ["03", "SHA-512"]] as const) {
      expect(hashOf(unhex(`300d06096086480165030402${oid}0500`))).toBe(name);
      expect(hex(await digested(name, MESSAGE))).toBe(createHash(name.replace("-", "")).update(MESSAGE).digest("hex"));
    }
  });
});
