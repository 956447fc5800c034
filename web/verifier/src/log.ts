// The session log, one hash chain, and its place in the tree of a signed checkpoint (RFC 9162, C2SP).
import { sm3Hex } from "@heyi/core/sm3.ts";
import { type Bytes, join, pemBody, same, text, unbase64, unhex, utf8 } from "./bytes.ts";
import { canonical, isObject, parse, readObject, textAt } from "./canonical.ts";
import { sha256, sha256Hex, signed } from "./crypto.ts";

const GENESIS = "0".repeat(64);
const FORMAT = 1;
const MEMBERS = 3; // of an entry: body, hash, prev; and sm3, where it could be computed
const [LEAF, NODE] = [Uint8Array.of(0), Uint8Array.of(1)];
const NOTE =
  /^(?<note>(?<origin>[!-~]+)\n(?<size>0|[1-9][0-9]{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n)\n— (?<name>[!-~]+) (?<signature>[A-Za-z0-9+/]+={0,2})\n$/;

/** The hashes of an unbroken chain, oldest first; null for a broken one. */
export async function readChain(log: Bytes): Promise<string[] | null> {
  try {
    const lines = text(log).split("\n");
    if (lines.pop() !== "") return null;
    const hashes: string[] = [];
    for (const line of lines) hashes.push(await follow(line, hashes.length + 1, hashes.at(-1) ?? GENESIS));
    return hashes;
  } catch {
    return null;
  }
}

async function follow(line: string, seq: number, head: string): Promise<string> {
  const entry = readObject(utf8(line));
  const members = entry && "sm3" in entry ? MEMBERS + 1 : MEMBERS;
  if (!entry || !isObject(entry["body"]) || Object.keys(entry).length !== members) throw new SyntaxError("no entry");
  const [hash, body] = [textAt(entry, "hash"), canonical(entry["body"])];
  const whole = join(LEAF, unhex(head), body);
  const ends = text(body).endsWith(`,"seq":${seq},"v":${FORMAT}}`);
  const fits = entry["prev"] === head && ends && (await sha256Hex(whole)) === hash;
  const beside = members === MEMBERS || entry["sm3"] === sm3Hex(whole);
  if (!fits || !beside) throw new SyntaxError("the chain is broken");
  return hash;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly note: Bytes;
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

/** What a checkpoint says, unjudged; null when it is none. */
export function readCheckpoint(bytes: Bytes): Checkpoint | null {
  try {
    const found = NOTE.exec(text(bytes))?.groups as Record<string, string> | undefined;
    if (found === undefined || found["name"] !== found["origin"]) return null;
    const [size, coded] = [Number(found["size"]), unbase64(found["signature"] ?? "")];
    if (!Number.isSafeInteger(size)) return null;
    return {
      origin: found["origin"] ?? "",
      size,
      root: unbase64(found["root"] ?? ""),
      note: utf8(found["note"] ?? ""),
      keyId: coded.slice(0, 4),
      signature: coded.slice(4),
    };
  } catch {
    return null;
  }
}

/** Whether the key in this PEM is the one the log is named after, and signed the checkpoint. */
export async function signedByLog(checkpoint: Checkpoint, pem: Bytes): Promise<boolean> {
  try {
    const key = pemBody(pem);
    const named = `heyi-log/${(await sha256Hex(key)).slice(0, 16)}`;
    const keyId = (await sha256(key)).slice(0, 4);
    if (checkpoint.origin !== named || !same(keyId, checkpoint.keyId)) return false;
    return await signed(key, checkpoint.note, checkpoint.signature);
  } catch {
    return false;
  }
}

/** Whether the proofs, of one form, show every entry, each after the one before it, under the checkpoint's root. */
export async function proven(hashes: readonly string[], bytes: Bytes, head: Checkpoint): Promise<boolean> {
  try {
    const { proofs } = parse(bytes) as { proofs: { position: number; path: string[] }[] };
    const listed = proofs.map(({ position, path }, at) => ({ path, position: Number(position), seq: at + 1 }));
    const whole = same(canonical({ proofs: listed, size: head.size, v: FORMAT }), bytes);
    if (!whole || listed.length !== hashes.length || !hashes.length) return false;
    let before = -1;
    for (const [at, { position, path }] of listed.entries()) {
      if (!Number.isSafeInteger(position) || position <= before) return false;
      before = position;
      if (!(await included(unhex(hashes[at] ?? ""), position, head, path.map(unbase64)))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** RFC 9162, 2.1.3.2. Halves are taken by division: a bit operation would cut a place to 32 bits. */
async function included(entry: Bytes, position: number, head: Checkpoint, path: Bytes[]): Promise<boolean> {
  if (position >= head.size) return false;
  let [place, last] = [position, head.size - 1];
  let found = await sha256(join(LEAF, entry));
  for (const one of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      found = await sha256(join(NODE, one, found));
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      found = await sha256(join(NODE, found, one));
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(found, head.root);
}

const half = (place: number): number => Math.floor(place / 2);
