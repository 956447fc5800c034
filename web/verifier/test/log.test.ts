import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { sm3Hex } from "@heyi/core/sm3.ts";
import { describe, expect, it } from "vitest";
import { type Bytes, hex, text, unhex, utf8 } from "../src/bytes.ts";
import { type Json, canonical } from "../src/canonical.ts";
import { type Checkpoint, proven, readChain, readCheckpoint, signedByLog } from "../src/log.ts";

const digest = (...parts: Uint8Array[]): Bytes => Uint8Array.from(createHash("sha256").update(Buffer.concat(parts)).digest());
const coded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function lines(count: number): { text: string[]; hashes: string[] } {
  const [text, hashes]: [string[], string[]] = [[], []];
  for (let seq = 1; seq <= count; seq++) {
    const prev = hashes.at(-1) ?? "0".repeat(64);
    const body = `{"kind":"k${seq}","seq":${seq},"v":1}`;
    const hash = hex(digest(Uint8Array.of(0), unhex(prev), utf8(body)));
    text.push(`{"body":${body},"hash":"${hash}","prev":"${prev}"}`);
    hashes.push(hash);
  }
  return { text, hashes };
}

/** The same lines with an SM3 in each. */
function beside(text: string[], sm3: (body: string, exact: Bytes) => string): string[] {
  return text.map((line) => {
    const { body, prev } = JSON.parse(line) as { body: Json; prev: string };
    const exact = Uint8Array.from(Buffer.concat([Uint8Array.of(0), unhex(prev), canonical(body)]));
    return line.replace(/\}$/, `,"sm3":"${sm3(JSON.stringify(body), exact)}"}`);
  });
}

const log = (text: string[]): Bytes => utf8(text.map((line) => `${line}\n`).join(""));

describe("the chain", () => {
  const { text, hashes } = lines(4);

  it.each(["\r\n", "\r", ""])("is none where lines end in %j", async (end) => {
    expect(await readChain(utf8(text.map((line) => line + end).join("")))).toBeNull();
  });

  it("is read from its first entry to its last", async () => {
    expect(await readChain(log(text))).toEqual(hashes);
    expect(await readChain(new Uint8Array())).toEqual([]);
  });

  it("may have SM3 of the same bytes beside each hash, or beside some", async () => {
    expect(await readChain(log(beside(text, (_, exact) => sm3Hex(exact))))).toEqual(hashes);
    expect(await readChain(log([...beside(text, (_, exact) => sm3Hex(exact)).slice(0, 2), ...text.slice(2)]))).toEqual(hashes);
  });

  it.each([
    ["of the body alone", (body: string) => sm3Hex(utf8(body))],
    ["that is none", () => ""],
  ])("is broken with an SM3 %s", async (_, sm3) => {
    expect(await readChain(log(beside(text, sm3)))).toBeNull();
  });

  it.each([
    ["an entry gone", [text[0], text[2], text[3]]],
    ["the first gone", text.slice(1)],
    ["two swapped", [text[1], text[0], text[2], text[3]]],
    ["one twice", [...text, text[3]]],
    ["a word changed", [text[0]?.replace("k1", "k9"), ...text.slice(1)]],
    ["no entry", ["{}"]],
    ["no JSON", ["x"]],
  ])("is broken with %s", async (_, bent) => {
    expect(await readChain(log(bent as string[]))).toBeNull();
  });
});

/** The tree of RFC 9162 over these entries, as plainly as the definition says it. */
function tree(entries: string[]): Bytes {
  if (entries.length === 1) return digest(Uint8Array.of(0), unhex(entries[0] ?? ""));
  const cut = split(entries.length);
  return digest(Uint8Array.of(1), tree(entries.slice(0, cut)), tree(entries.slice(cut)));
}

function path(at: number, entries: string[]): Bytes[] {
  if (entries.length === 1) return [];
  const cut = split(entries.length);
  return at < cut
    ? [...path(at, entries.slice(0, cut)), tree(entries.slice(cut))]
    : [...path(at - cut, entries.slice(cut)), tree(entries.slice(0, cut))];
}

const split = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1);

describe("the proofs", () => {
  const { hashes } = lines(13);
  const head = (root: Bytes, size: number) => ({ root, size }) as Checkpoint;
  const proofs = (of: string[], more = {}) =>
    of.map((_, at) => ({ seq: at + 1, position: at, path: path(at, of).map(coded), ...more }));
  const file = (size: number, all: unknown) => canonical({ v: 1, size, proofs: all } as Json);

  it("hold for trees of every size", async () => {
    for (let size = 1; size <= 13; size++) {
      const some = hashes.slice(0, size);
      expect(await proven(some, file(size, proofs(some)), head(tree(some), size)), String(size)).toBe(true);
    }
  });

  it("do not hold for another root, size, order or position", async () => {
    const [root, good] = [tree(hashes), proofs(hashes)];
    expect(await proven(hashes, file(13, good), head(digest(), 13))).toBe(false);
    expect(await proven(hashes, file(12, good), head(root, 13))).toBe(false);
    expect(await proven(hashes, file(13, good.slice(1)), head(root, 13))).toBe(false);
    expect(await proven([...hashes].reverse(), file(13, good), head(root, 13))).toBe(false);
    expect(await proven(hashes, file(13, proofs(hashes, { position: 0 })), head(root, 13))).toBe(false);
    expect(await proven([], file(13, []), head(root, 13))).toBe(false);
    expect(await proven(hashes, utf8(`${text(file(13, good))}\n`), head(root, 13))).toBe(false);
    expect(await proven(hashes, utf8("[]"), head(root, 13))).toBe(false);
  });
});

describe("a checkpoint", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
  const pem = utf8(String(publicKey.export({ type: "spki", format: "pem" })));
  const origin = `heyi-log/${hex(digest(spki)).slice(0, 16)}`;
  const note = `${origin}\n13\n${coded(digest())}\n`;
  const made = (over: string) => coded(Buffer.concat([digest(spki).subarray(0, 4), sign("sha256", Buffer.from(over), privateKey)]));

  it("is read, and only the log's own key signed it", async () => {
    const found = readCheckpoint(utf8(`${note}\n— ${origin} ${made(note)}\n`));
    expect(found?.size).toBe(13);
    expect(found && (await signedByLog(found, pem))).toBe(true);
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
    expect(found && (await signedByLog(found, utf8(String(other))))).toBe(false);
    expect(found && (await signedByLog({ ...found, note: utf8(note.replace("13", "14")) }, pem))).toBe(false);
  });

  it.each(["", "text", `${note}\n— other ${made(note)}\n`, `${note}\n— ${origin} ${made(note)}`, note])(
    "is not %j",
    (text) => {
      expect(readCheckpoint(utf8(text))).toBeNull();
    },
  );
});
