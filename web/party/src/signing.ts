/**
 * The party's own signatures, both with a P-256 key that cannot leave this browser, made for this one signing. The first
 * is over the consent statement the server wrote: it must be in canonical form (RFC 8785) and must name the digest of
 * the pages that were shown, this very key, and this handwriting. The second is over what the PDF's signature covers.
 */
import { sm3Hex } from "@heyi/core/sm3.ts";
import canonicalize from "canonicalize";

export interface SigningKey {
  readonly key: CryptoKey;
  /** SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
  /** SM3 of it, hex. */
  readonly sm3: string;
}

/**
 * What the statement has to name: the pages shown, this key and this handwriting, each as a SHA-256 in hex; and in SM3 what
 * this browser has itself, where the statement tells any SM3 of it. A server may lack SM3, which then claims nothing.
 */
export interface Named {
  readonly pdf_sha256: string;
  readonly agreement_sha256: string | null;
  readonly key_sha256: string;
  readonly handwriting_sha256: string;
  readonly strokes_sha256: string;
  readonly key_sm3: string;
  readonly handwriting_sm3: string;
  readonly strokes_sm3: string;
}

export class MismatchError extends Error {
  constructor(what: string) {
    super(what);
    this.name = "MismatchError";
  }
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

export function canSign(): boolean {
  return window.isSecureContext && typeof window.crypto?.subtle?.generateKey === "function";
}

export function toBase64(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let text = "";
  for (const byte of view) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

export async function sha256Hex(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function makeKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { key: pair.privateKey, publicKey: toBase64(spki), fingerprint: await sha256Hex(spki), sm3: sm3Hex(spki) };
}

/** Raises MismatchError unless the statement is canonical and names exactly these digests. */
export function checkStatement(statement: string, named: Named): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(statement);
  } catch {
    throw new MismatchError("statement is not JSON");
  }
  if (canonicalize(parsed) !== statement) throw new MismatchError("statement is not canonical");
  const fields = parsed as Record<string, unknown>;
  for (const [name, digest] of Object.entries(named)) {
    if (digest === null || (name.endsWith("_sm3") && !(name in fields))) continue;
    if (fields[name] !== digest) throw new MismatchError(`statement names another ${name}`);
  }
}

/** The signature as raw r||s of 64 bytes, base64. */
export async function signStatement(key: SigningKey, statement: string): Promise<string> {
  return toBase64(await crypto.subtle.sign(SIGNATURE, key.key, new TextEncoder().encode(statement)));
}

/** A DER SET, as the signed attributes of a PDF signature are (RFC 5652, 5.4); a statement begins with a brace. */
const DER_SET = 0x31;
const LONGEST_ATTRIBUTES = 2_048;

/** Signs what a PDF signature covers. Raises MismatchError for anything that cannot be that. */
export async function signAttributes(key: SigningKey, attributes: string): Promise<string> {
  const bytes = fromBase64(attributes);
  if (bytes[0] !== DER_SET || bytes.length > LONGEST_ATTRIBUTES) throw new MismatchError("these are no attributes");
  return toBase64(await crypto.subtle.sign(SIGNATURE, key.key, bytes));
}
