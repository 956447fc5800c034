// Digests and signatures, all of them the browser's own (Web Cryptography API).
import { type Bytes, hex, join, same } from "./bytes.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HALF = 32;
type Kind = EcKeyImportParams & EcdsaParams | RsaHashedImportParams;
const [SEQUENCE, INTEGER] = [0x30, 0x02];

/** Whether this browser can check anything here; some hide it from pages that are no website. */
export const able = (): boolean => typeof globalThis.crypto?.subtle?.digest === "function";

/** SHA-256. */
export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** SHA-256 in hexadecimal digits. */
export const sha256Hex = async (bytes: Bytes): Promise<string> => hex(await sha256(bytes));

/** Whether an ECDSA P-256 signature in DER (RFC 3279) over the message fits the key, a DER SPKI. */
export async function signed(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const raw = rawSignature(signature);
  return raw !== null && checked(key, ECDSA, raw, message);
}

/** Whether a signature, in the form that Web Cryptography takes, fits the key; false for no such key. */
export async function checked(key: Bytes, kind: Kind, signature: Bytes, message: Bytes): Promise<boolean> {
  try {
    const read = await crypto.subtle.importKey("spki", key, kind, false, ["verify"]);
    return await crypto.subtle.verify(kind, read, signature, message);
  } catch {
    return false;
  }
}

/** r‖s, `half` bytes each, of SEQUENCE { r INTEGER, s INTEGER }; null for any other bytes. */
export function rawSignature(der: Bytes, half = HALF): Bytes | null {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return null;
  const r = integer(der, 2, half);
  const s = r && integer(der, r.end, half);
  return r && s && s.end === der.length ? join(r.value, s.value) : null;
}

function integer(der: Bytes, at: number, half: number): { value: Bytes; end: number } | null {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== INTEGER || length < 1 || length > half + 1 || end > der.length) return null;
  const read = der.subarray(at + 2, end);
  const digits = read[0] === 0 ? read.subarray(1) : read;
  const value = join(new Uint8Array(Math.max(0, half - digits.length)), digits);
  return digits.length <= half && same(read, shortest(value)) ? { value, end } : null;
}

/** A positive number's only DER form: no leading zero but the one that keeps it positive. */
function shortest(value: Bytes): Bytes {
  const first = value.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? new Uint8Array(1) : value.subarray(first);
  return (digits[0] ?? 0) & 0x80 ? join(new Uint8Array(1), digits) : digits;
}

const SM2 = "3059301306072a8648ce3d020106082a811ccf5501822d03420004";
const SM2_SIZE = 91;

/** Whether a key is one on SM2's curve (GB/T 32918.5): no browser can tell what it signed. */
export const beyondBrowsers = (key: Bytes): boolean => key.length === SM2_SIZE && hex(key).startsWith(SM2);
