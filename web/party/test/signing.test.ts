// @vitest-environment node
import canonicalize from "canonicalize";
import { describe, expect, it } from "vitest";
import { MismatchError, checkStatement, fromBase64, makeKey, sha256Hex, signStatement } from "../src/signing.ts";

const named = async (key: string) => ({
  pdf_sha256: await sha256Hex("pages"),
  agreement_sha256: await sha256Hex("agreement"),
  key_sha256: key,
  handwriting_sha256: await sha256Hex("picture"),
  strokes_sha256: await sha256Hex("[]"),
});

describe("the own signature", () => {
  it("is a raw r||s over the exact text, made by a key that cannot be taken out", async () => {
    const key = await makeKey();
    const text = canonicalize({ v: 1, ...(await named(key.fingerprint)), role: "party" }) ?? "";
    checkStatement(text, await named(key.fingerprint));
    const signature = fromBase64(await signStatement(key, text));
    expect(signature).toHaveLength(64);
    await expect(crypto.subtle.exportKey("pkcs8", key.key)).rejects.toThrow();
    const spki = fromBase64(key.publicKey);
    expect(await sha256Hex(spki)).toBe(key.fingerprint);
    const open = await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const bytes = new TextEncoder().encode(text);
    expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, open, signature, bytes)).toBe(true);
  });

  it.each(["pdf_sha256", "agreement_sha256", "key_sha256", "handwriting_sha256", "strokes_sha256"] as const)(
    "is refused when the statement names another %s",
    async (field) => {
      const wanted = await named("00".repeat(32));
      const text = canonicalize({ v: 1, ...wanted, [field]: "ff".repeat(32) }) ?? "";
      expect(() => checkStatement(text, wanted)).toThrow(MismatchError);
    },
  );

  it("is refused when the text is not in canonical form", async () => {
    const wanted = await named("00".repeat(32));
    expect(() => checkStatement(JSON.stringify({ z: 1, a: 2, ...wanted }), wanted)).toThrow(MismatchError);
    expect(() => checkStatement("not json", wanted)).toThrow(MismatchError);
  });
});
