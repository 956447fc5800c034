// As much of X.509 (RFC 5280) as it takes to see who issued a certificate and to which key.
import { type Bytes, pemBody, same } from "./bytes.ts";
import { sha256Hex, signed } from "./crypto.ts";

const SEQUENCE = 0x30;
const VERSION = 0xa0;
const BIT_STRING = 0x03;
// ecdsa-with-SHA256 (RFC 5758), the only one we issue with.
const ECDSA_SHA256 = Uint8Array.of(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

export interface Certificate {
  readonly der: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly key: Bytes;
  readonly signedPart: Bytes;
  readonly algorithm: Bytes;
  readonly signature: Bytes;
}

interface Element {
  readonly tag: number;
  readonly whole: Bytes;
  readonly body: Bytes;
}

/** The certificate in a PEM; null where there is none. */
export function readCertificate(pem: Bytes): Certificate | null {
  try {
    return certificate(pemBody(pem));
  } catch {
    return null;
  }
}

/** SHA-256 of the certificate, which is its fingerprint. */
export const fingerprint = (one: Certificate): Promise<string> => sha256Hex(one.der);

/** Whether `issuer` issued `one`: named as the issuer, and signed with the issuer's key. */
export async function issuedBy(one: Certificate, issuer: Certificate): Promise<boolean> {
  if (!same(one.issuer, issuer.subject) || !same(one.algorithm, ECDSA_SHA256)) return false;
  return signed(issuer.key, one.signedPart, one.signature);
}

function certificate(der: Bytes): Certificate {
  const [outer] = elements(der, 1);
  const [body, algorithm, signature] = elements(part(outer, SEQUENCE), 3);
  const fields = elements(part(body, SEQUENCE));
  if (fields[0]?.tag === VERSION) fields.shift();
  const [, , issuer, , subject, key] = fields;
  return {
    der,
    issuer: whole(issuer),
    subject: whole(subject),
    key: whole(key),
    signedPart: whole(body),
    algorithm: whole(algorithm),
    signature: part(signature, BIT_STRING).subarray(1),
  };
}

function whole(element: Element | undefined): Bytes {
  if (element === undefined) throw new SyntaxError("no certificate");
  return element.whole;
}

function part(element: Element | undefined, tag: number): Bytes {
  if (element?.tag !== tag) throw new SyntaxError("no certificate");
  return element.body;
}

/** The DER elements that follow one another in `bytes`; `count` of them, where it is given. */
function elements(bytes: Bytes, count?: number): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = extent(bytes, at);
    found.push({ tag: bytes[at] ?? 0, whole: bytes.subarray(at, end), body: bytes.subarray(start, end) });
    at = end;
  }
  if (count !== undefined && found.length !== count) throw new SyntaxError("no certificate");
  return found;
}

function extent(bytes: Bytes, at: number): { start: number; end: number } {
  const first = bytes[at + 1] ?? 0xff;
  const more = first & 0x80 ? first & 0x7f : 0;
  if (more > 3) throw new SyntaxError("no certificate");
  const digits = bytes.subarray(at + 2, at + 2 + more);
  const length = more ? digits.reduce((sum, digit) => sum * 256 + digit, 0) : first;
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new SyntaxError("no certificate");
  return { start, end: start + length };
}
