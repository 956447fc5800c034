import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Bytes, hex, unhex, utf8 } from "../src/bytes.ts";
import { able, beyondBrowsers, rawSignature, sha256Hex, signed } from "../src/crypto.ts";
import { fingerprint, issuedBy, readCertificate } from "../src/certificate.ts";
import { ISSUER, ISSUER_SHA256, SEAL } from "./certificates.ts";

const bytes = (from: Buffer): Bytes => Uint8Array.from(from);

function keyAndSigner(curve: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: curve });
  const key = bytes(publicKey.export({ type: "spki", format: "der" }));
  return { key, made: (message: Bytes) => bytes(sign("sha256", message, privateKey)) };
}

describe("digests and signatures", () => {
  it("knows SHA-256", async () => {
    expect(able()).toBe(true);
    expect(await sha256Hex(utf8("和议"))).toBe(createHash("sha256").update("和议").digest("hex"));
  });

  it("takes the signatures others make, fifty of every length, and none over other words", async () => {
    const { key, made } = keyAndSigner("P-256");
    for (let n = 0; n < 50; n++) {
      const message = utf8(`声明 ${n}`);
      expect(await signed(key, message, made(message))).toBe(true);
      expect(await signed(key, utf8("别的话"), made(message))).toBe(false);
    }
  });

  it("takes no other curve, no other key, no rubbish", async () => {
    const { key, made } = keyAndSigner("P-256");
    const other = keyAndSigner("P-384");
    const message = utf8("x");
    expect(await signed(other.key, message, made(message))).toBe(false);
    expect(await signed(keyAndSigner("P-256").key, message, made(message))).toBe(false);
    expect(await signed(new Uint8Array(), message, made(message))).toBe(false);
    expect(await signed(key, message, new Uint8Array(64))).toBe(false);
  });

  it("reads r and s out of DER, padded, and only out of its one form", () => {
    const short = rawSignature(unhex("3006020101020102"));
    expect(short && hex(short)).toBe(`${"0".repeat(62)}01${"0".repeat(62)}02`);
    const wrong = {
      "a leading zero too many": "300702020001020102",
      "bytes after it": "300602010102010200",
      "a negative number": "3006020181020102",
      "a length too long": "3007020101020102",
      "no second number": "3003020101",
      "a number of 33 bytes": `302602210${"1".repeat(65)}020101`.slice(0, 80),
      nothing: "",
    };
    for (const [why, der] of Object.entries(wrong)) expect(rawSignature(unhex(der)), why).toBeNull();
  });
});

describe("certificates", () => {
  const [issuer, seal] = [readCertificate(utf8(ISSUER)), readCertificate(utf8(SEAL))];

  it("sees who issued one", async () => {
    if (issuer === null || seal === null) throw new Error("unread");
    expect(await issuedBy(seal, issuer)).toBe(true);
    expect(await issuedBy(issuer, issuer)).toBe(true);
    expect(await issuedBy(issuer, seal)).toBe(false);
    expect(await issuedBy(seal, { ...issuer, subject: seal.subject })).toBe(false);
    expect(await issuedBy(seal, { ...issuer, key: seal.key })).toBe(false);
    expect(await issuedBy({ ...seal, algorithm: Uint8Array.of(0x30, 0) }, issuer)).toBe(false);
  });

  it("has the fingerprint OpenSSL prints", async () => {
    expect(issuer && (await fingerprint(issuer))).toBe(ISSUER_SHA256);
  });

  it("reads nothing else as one, however it is cut", () => {
    expect(readCertificate(utf8("no PEM"))).toBeNull();
    const lines = SEAL.split("\n");
    for (let cut = 1; cut < lines.length - 2; cut++) {
      const rest = [...lines.slice(0, cut), ...lines.slice(cut + 1)].join("\n");
      const found = readCertificate(utf8(rest));
      expect(found === null || hex(found.der) !== hex(seal?.der ?? new Uint8Array())).toBe(true);
    }
  });
});

describe("SM2, which no browser knows", () => {
  // GB/T 32918.5, A.2: the example's public key.
  const key = unhex(
    "3059301306072a8648ce3d020106082a811ccf5501822d03420004" +
      "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
      "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
  );

  it("is told by the key, and never taken for signed", async () => {
    expect(beyondBrowsers(key)).toBe(true);
    expect(await signed(key, utf8("message digest"), keyAndSigner("P-256").made(utf8("message digest")))).toBe(false);
  });

  it("is nothing else", () => {
    const others = [keyAndSigner("P-256").key, keyAndSigner("P-384").key, key.subarray(1), key.subarray(0, 90), new Uint8Array()];
    expect(others.map(beyondBrowsers)).toEqual([false, false, false, false, false]);
  });
});
