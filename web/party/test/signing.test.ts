// @vitest-environment node
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { describe, expect, it } from "vitest";
import { RefusedError } from "../src/api.ts";
import {
  MismatchError,
  checkStatement,
  fromBase64,
  makeKey,
  sha256Hex,
  signAttributes,
  signStatement,
  toBase64,
} from "../src/signing.ts";
import { signInTurn } from "../src/turn.ts";

const named = async (key: string) => ({
  pdf_sha256: await sha256Hex("pages"),
  agreement_sha256: await sha256Hex("agreement"),
  key_sha256: key,
  handwriting_sha256: await sha256Hex("picture"),
  strokes_sha256: await sha256Hex("[]"),
  key_sm3: "11".repeat(32),
  handwriting_sm3: "22".repeat(32),
  strokes_sm3: "33".repeat(32),
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

  it("may go without SM3, where the server has none, or tells none of it", async () => {
    const wanted = await named("00".repeat(32));
    const without = Object.fromEntries(Object.entries(wanted).filter(([name]) => !name.endsWith("_sm3")));
    expect(() => checkStatement(canonicalize({ v: 1, ...without }) ?? "", wanted)).not.toThrow();
  });

  it("knows its key in SM3 as well", async () => {
    const key = await makeKey();
    expect(key.sm3).toBe(createHash("sm3").update(fromBase64(key.publicKey)).digest("hex"));
  });

  it.each([
    ...(["pdf_sha256", "agreement_sha256", "key_sha256", "handwriting_sha256", "strokes_sha256"] as const),
    ...(["key_sm3", "handwriting_sm3", "strokes_sm3"] as const),
  ])(
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

const ATTRIBUTES = toBase64(new Uint8Array([0x31, 0x02, 0x05, 0x00]));
const ASK = { statement_id: "s", signature: "", handwriting_png: "", strokes: "[]", seal_scan: null };
const refused = (code: string, facts = {}): RefusedError => new RefusedError({ code, facts });

/** A server that answers each request with the next of these: a turn, or a refusal. */
function server(turns: (RefusedError | string | null)[], ends: (RefusedError | null)[]) {
  const finished: number[] = [];
  let epoch = 0;
  return {
    finished,
    sign: async () => {
      const next = turns.shift();
      if (next instanceof RefusedError) throw next;
      epoch += 1;
      return { epoch, attributes: next ?? null, life_s: 30 };
    },
    finishSigning: async (ask: { epoch: number }) => {
      const next = ends.shift();
      if (next instanceof RefusedError) throw next;
      finished.push(ask.epoch);
      return {} as never;
    },
  };
}

describe("the turn to sign the PDF", () => {
  it("is waited for while somebody else has it, and taken again when it was lost", async () => {
    const api = server([refused("signing_busy", { retry_after_s: 2 }), ATTRIBUTES, ATTRIBUTES], [refused("turn_lost"), null]);
    const waits: number[] = [];
    let told = 0;
    const pause = async (ms: number) => void waits.push(ms);
    await signInTurn({ api, key: await makeKey(), waits: () => { told += 1; }, pause }, ASK);
    expect(api.finished).toEqual([2]);
    expect(waits).toEqual([2_000, 1_000]);
    expect(told).toBe(2);
  });

  it("needs no second signature when the first one's answer was lost", async () => {
    const api = server([null], []);
    await signInTurn({ api, key: await makeKey(), waits: () => undefined }, ASK);
    expect(api.finished).toEqual([]);
  });

  it("is given up when another refusal comes, and when nobody ever lets go", async () => {
    const key = await makeKey();
    const quick = { key, waits: () => undefined, pause: async () => undefined };
    await expect(signInTurn({ ...quick, api: server([refused("stale_revision")], []) }, ASK)).rejects.toThrow("stale_revision");
    const held = Array.from({ length: 100 }, () => refused("signing_busy"));
    await expect(signInTurn({ ...quick, api: server(held, []) }, ASK)).rejects.toThrow("signing_busy");
    expect(held).toHaveLength(40);
  });

  it("signs nothing that is no attributes", async () => {
    const key = await makeKey();
    await expect(signAttributes(key, toBase64(new TextEncoder().encode("{}")))).rejects.toThrow(MismatchError);
  });
});
